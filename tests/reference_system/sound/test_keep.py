import hashlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference_system.sound.keep import Keep
from reference_system.sound.refusals import NotKept

ROOT = Path(__file__).parents[3]


def files_in(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=300), max_size=5))
def test_what_was_kept_is_there(tmp_path: Path, contents: list[bytes]) -> None:
    keep = Keep(tmp_path)
    for content in contents:
        sha256 = keep.put(content)
        assert sha256 == hashlib.sha256(content).hexdigest()
        assert keep.read(sha256) == content
    assert list(keep.kept()) == sorted(keep.kept())
    assert {keep.put(content) for content in contents} <= set(keep.kept())


def test_the_same_is_kept_once(tmp_path: Path) -> None:
    keep = Keep(tmp_path / "new" / "folder")
    place = keep.path(keep.put(b"loud"))
    written = place.stat().st_mtime_ns
    assert keep.path(keep.put(b"loud")) == place
    assert place.stat().st_mtime_ns == written
    sha256 = place.name
    assert place == tmp_path / "new" / "folder" / sha256[:2] / sha256[2:4] / sha256
    assert files_in(tmp_path) == [place]


def test_damage_is_found_and_mended_by_keeping_again(tmp_path: Path) -> None:
    keep = Keep(tmp_path)
    sound, other = keep.put(b"first"), keep.put(b"second")
    keep.path(sound).write_bytes(b"First")
    assert list(keep.damaged()) == [sound]
    assert keep.put(b"first") == sound
    assert list(keep.damaged()) == []
    assert sorted(keep.kept()) == sorted([sound, other])


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "0" * 64, "/" + "a" * 63, "a" * 64 + "\n"]
)
def test_only_hashes_of_kept_files_are_opened(tmp_path: Path, name: str) -> None:
    Keep(tmp_path).put(b"x")
    with pytest.raises(NotKept) as refused:
        Keep(tmp_path).path(name)
    assert refused.value.reason == "not-kept"


FULL = """
import resource, sys
from pathlib import Path
from reference_system.sound.keep import Keep
from reference_system.sound.refusals import NotKept
keep = Keep(Path(sys.argv[1]))
keep.put(b"small")
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    keep.put(b"x" * 10_000)
except NotKept as refused:
    print(refused.reason)
print(keep.put(b"small again") in set(keep.kept()))
"""


def test_no_room_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    """The kernel refuses the write itself: a limit on a file's size stands for a full disk."""
    ended = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ended.stdout.split() == ["full", "True"]
    assert len(files_in(tmp_path)) == 2


ENDLESS = """
import sys
from pathlib import Path
from reference_system.sound.keep import Keep
keep = Keep(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    print(keep.put(str(number).encode() * 20_000), flush=True)
"""


def test_whoever_is_killed_leaves_only_whole_files(tmp_path: Path) -> None:
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", ENDLESS, str(tmp_path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as writer:
            assert writer.stdout is not None
            first = writer.stdout.readline().strip()
            time.sleep(0.05)
            writer.send_signal(signal.SIGKILL)
            told = [first, *writer.stdout.read().split("\n")[:-1]]
        keep = Keep(tmp_path)
        assert set(told) <= set(keep.kept())
        assert list(keep.damaged()) == []
    keep.clear_unfinished()
    assert len(files_in(tmp_path)) == len(list(keep.kept()))


def test_leftovers_are_cleared(tmp_path: Path) -> None:
    keep = Keep(tmp_path)
    sha256 = keep.put(b"x")
    (tmp_path / "unfinished" / "half").write_bytes(b"ha")
    assert keep.clear_unfinished() == 1
    assert list(keep.kept()) == [sha256]
    assert Keep(tmp_path / "never").clear_unfinished() == 0
