"""Sounds, pictures and films: taken in from uploads and speech, and kept under their hash.

Making them takes time, so it is done before the act that stores the row: `take_in` or `keep_sound`
first, then `add`. Kept files are public to whoever knows the hash, as devices must be: what is
kept is meant for loudspeakers, and a hash cannot be guessed.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Literal, get_args

from reference_system.services.acting import Act
from reference_system.services.refusals import Invalid, Missing, Refusal, TooLarge, Unable
from reference_system.services.system import System
from reference_system.sound.keep import Keep
from reference_system.sound.refusals import NotKept, Refused
from reference_system.store.content import Media

Family = Literal["audio", "image", "video"]

FAMILIES: tuple[Family, ...] = get_args(Family)

MOST_BYTES: Mapping[Family, int] = {
    "audio": 50_000_000,
    "image": 20_000_000,
    "video": 60_000_000,
}
"""Of an upload."""

AT_ONCE = 2
WAIT_S = 30.0
"""How many sounds are worked on at a time, and how long others wait before they are refused."""

_room = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in the store that no row tells of yet; loudness and peak are of sounds only."""

    sha256: str
    media_type: str
    size_bytes: int
    duration_ms: int | None = None
    loudness_lufs: float | None = None
    peak_dbfs: float | None = None


def store(system: System) -> Keep:
    """Where the files of a system are kept."""
    return Keep(system.settings.data_dir / "media")


def take_in(system: System, family: Family, upload: IO[bytes]) -> Kept:
    """Keep an upload, read from where it stands: a sound normalised, others as they are.

    Takes as long as a sound is; raises `Invalid`, `TooLarge` or `Unable` with the reason.
    """
    with working():
        source = upload.read(MOST_BYTES[family] + 1)
        if len(source) > MOST_BYTES[family]:
            raise too_large(family)
        match family:
            case "audio":
                return keep_sound(system, source)
            case "image":
                return _keep_picture(system, source)
            case "video":
                return _keep_film(system, source)


def keep_sound(system: System, source: bytes) -> Kept:
    """Keep a sound in the form that devices take; raises `Refused`. To be called in `working`."""
    from reference_system.sound.normalise import normalise  # loads FFmpeg

    sound = normalise(source)
    return Kept(
        store(system).put(sound.content),
        sound.media_type,
        len(sound.content),
        sound.duration_ms,
        sound.loudness_lufs,
        sound.peak_dbfs,
    )


def _keep_picture(system: System, source: bytes) -> Kept:
    from reference_system.sound.pictures import picture  # loads FFmpeg

    shown = picture(source)
    return Kept(store(system).put(source), shown.media_type, len(source))


def _keep_film(system: System, source: bytes) -> Kept:
    from reference_system.sound.pictures import film  # loads FFmpeg

    shown = film(source)
    return Kept(store(system).put(source), shown.media_type, len(source), shown.duration_ms)


@contextmanager
def working() -> Iterator[None]:
    """Room for slow work on sound, whose refusals become the services' own."""
    if not _room.acquire(timeout=WAIT_S):
        raise Unable(
            "busy",
            "Máy chủ đang xử lý nhiều âm thanh: hãy thử lại sau.",
            "The server is working on other sounds: try again later.",
        )
    try:
        yield
    except Refused as refused:
        raise _refusal(refused) from None
    finally:
        _room.release()


def _refusal(refused: Refused) -> Refusal:
    match refused.reason:
        case "full" | "no-program" | "broken-off":
            kind: type[Refusal] = Unable
        case "too-large":
            kind = TooLarge
        case _:
            kind = Invalid
    vi, en = (sentence[:1].upper() + sentence[1:] + "." for sentence in (refused.vi, refused.en))
    return kind(refused.reason, vi, en)


def too_large(family: Family) -> TooLarge:
    """The refusal of an upload of more than `MOST_BYTES`."""
    limit = f"{MOST_BYTES[family] // 10**6} MB"
    return TooLarge("too-large", f"Tệp lớn hơn {limit}.", f"The file is larger than {limit}.")


def add(act: Act, kept: Kept, origin: str) -> Media:
    """The row of a kept file, of which there is one for each content; needs the role compose.

    `origin` says where it comes from; that of the first to bring it stays.
    """
    act.require("compose")
    row = act.session.get(Media, kept.sha256)
    if row is None:
        row = Media(**asdict(kept), origin=origin, created_ms=act.now_ms)
        act.session.add(row)
        act.session.flush()
        act.record("media-add", kept.sha256, media_type=kept.media_type, origin=origin)
    return row


def get(system: System, sha256: str) -> tuple[Media, Path]:
    """A kept file and what is known of it; anybody may ask. Raises `Missing`."""
    with system.database.reading() as session:
        row = session.get(Media, sha256)
    try:
        if row is not None:
            return row, store(system).path(sha256)
    except NotKept:
        pass
    raise Missing("no-file", "Không có tệp này.", "There is no such file.")


def url(system: System, sha256: str) -> str:
    """Where devices fetch a kept file."""
    return f"{system.settings.public_url}/media/{sha256}"
