"""A bundle that somebody hands over gives verdicts only where it is as it was sealed."""

import json
import shutil
from pathlib import Path

import pytest

from conformance.handed_over import read
from conformance.signing import PublicKey
from scenarios.problems import BadInput
from tests.reports.certified import certify

KEPT = Path(__file__).parent / "bundles"
CHOSEN = ("emergency-at-once", "cancel-sounding")


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return certify(tmp_path_factory.mktemp("handed") / "out", chosen=CHOSEN, challenge="7")


@pytest.fixture
def copied(sound, tmp_path):
    return Path(shutil.copytree(sound, tmp_path / "copied"))


def test_a_sound_one_is_judged_again(sound):
    found = read(sound, ())
    assert found.why_not is None
    assert found.judged.results == json.loads((sound / "results.json").read_bytes())
    assert found.verification.seal.signer == "self-signed"


def changed(place):
    (place / "plan.json").write_bytes((place / "plan.json").read_bytes() + b" ")


def unfinished(place):
    (place / "signature.dsse.json").unlink()
    manifest = json.loads((place / "manifest.json").read_bytes())
    (place / "manifest.json").write_text(json.dumps(manifest | {"lifecycle": "aborted"}))


def unsigned(place):
    (place / "signature.dsse.json").unlink()


@pytest.mark.parametrize("spoil", [changed, unfinished, unsigned])
def test_a_spoilt_one_gives_no_verdicts(copied, spoil):
    spoil(copied)
    found = read(copied, ())
    assert (found.judged, found.why_not) == (None, spoil.__name__)


def test_one_of_an_older_suite_is_not_judged_by_this_version():
    found = read(KEPT / "ip-speaker-0.1.0.zip", [PublicKey.read(KEPT / "kept.pub.pem")])
    assert found.why_not in (None, "not-judged")
    assert found.verification.seal.signer == "trusted"


def test_what_is_none_is_one_line(tmp_path):
    with pytest.raises(BadInput, match="no bundle"):
        read(tmp_path / "nothing", ())
