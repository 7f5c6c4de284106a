"""Files from other source systems: looked through like an upload, kept under the hash they had."""

import hashlib
import io

from reference_system.services.acting import acting
from reference_system.services.content import media
from reference_system.services.refusals import Invalid, Missing
from reference_system.services.sharing import peers
from reference_system.services.system import System
from reference_system.store.exchange import Peer


def take_in(system: System, peer: Peer, sha256: str, content: bytes) -> None:
    """Keep a file that a bulletin to come names; again changes nothing.

    A sound is kept as it came, for its sender made it what devices take: MP3, and nothing else.
    Raises `Invalid` where the hash is another's and for damaged files, `TooLarge`, `Unable`.
    """
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Invalid(
            "wrong-hash",
            "Tệp nhận được không khớp mã băm.",
            "The file is not what its hash says.",
            "sha256",
        )
    try:
        media.get(system, sha256)
        return
    except Missing:
        pass
    kept = _kept(system, content)
    with acting(system, peers.actor_of(system, peer)) as act:
        media.add(act, kept, f"peer: {peer.source_id}")


def _kept(system: System, content: bytes) -> media.Kept:
    from reference_system.sound.kinds import kind_of

    match kind_of(content):
        case "mp3":
            return _sound(system, content)
        case "png" | "jpeg":
            return media.take_in(system, "image", io.BytesIO(content))
        case "mov":
            return media.take_in(system, "video", io.BytesIO(content))
        case _:
            raise Invalid(
                "unsupported",
                "Chỉ nhận MP3, PNG, JPEG hoặc MP4 từ hệ thống khác.",
                "From another system only MP3, PNG, JPEG and MP4 are taken.",
            )


def _sound(system: System, content: bytes) -> media.Kept:
    from reference_system.sound.decoding import frames, sound_kind  # loads FFmpeg
    from reference_system.sound.loudness import measured
    from reference_system.sound.normalise import MP3

    with media.working():
        loudness = measured(frames(content, sound_kind(content)), MP3.rate_hz)
        return media.Kept(
            media.store(system).put(content),
            MP3.media_type,
            len(content),
            loudness.duration_ms,
            loudness.integrated_lufs,
            loudness.peak_dbtp,
        )
