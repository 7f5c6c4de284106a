"""`ttcs verify`: a bundle that somebody hands over, checked offline."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from conformance import bundle_contents, unsealed
from conformance.signing import PublicKey
from conformance.verification import Judged, Verification
from conformance.verification import verify as verified
from reports import certification_console, unsealed_console
from scenarios.problems import BadInput, Problem
from ttcs.main import BAD_INPUT, INCONCLUSIVE, NOT_CONFORMANT
from ttcs.telling import tell, tell_error, tell_first


def verify(place: Path, trust: Sequence[Path], challenge: str | None, *, as_json: bool) -> int:
    """Prints what was found; the exit code."""
    try:
        trusted = [PublicKey.read(each) for each in trust]
        contents = bundle_contents.read(place)
        if unsealed.is_unsealed(contents):
            return _tell_unsealed(unsealed.examine(contents), as_json=as_json)
        found = verified(contents, trusted)
    except BadInput as bad:
        tell_first(bad)
        return BAD_INPUT
    except OSError as error:
        tell_first(BadInput([_unreadable(place, error)]))
        return BAD_INPUT
    status = found.exit_status
    answers_another = challenge is not None and challenge != found.challenge
    if answers_another and status == 0:
        status = INCONCLUSIVE
    if as_json:
        told = _as_data(found) | {"exit": status, "challenge_met": not answers_another}
        tell(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        console = Console()
        with console.capture() as shown:
            console.print(certification_console.verification(found))
        tell(shown.get().rstrip("\n"))
    if answers_another:
        tell_error("--challenge: gói trả lời thách thức khác / it answers another challenge")
    return status


def _tell_unsealed(found: unsealed.Unsealed, *, as_json: bool) -> int:
    """As nobody vouches for it, it is never told as one to rely on."""
    status = NOT_CONFORMANT if found.changes else INCONCLUSIVE
    if as_json:
        told = {
            "kind": found.kind,
            "created": found.created,
            "unchanged": not found.changes,
            "changes": [asdict(change) for change in found.changes],
            "signer": "unsigned",
            "exit": status,
        }
        tell(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        tell("\n".join(unsealed_console.lines(found)))
    return status


def _unreadable(place: Path, error: OSError) -> Problem:
    wrong = f"not readable: {error.strerror or error}"
    return Problem(str(place), None, None, "", wrong, "a folder or a .zip")


def _as_data(found: Verification) -> dict[str, Any]:
    return {
        "unchanged": found.seal.is_whole,
        "changes": [asdict(change) for change in found.seal.changes],
        "signer": found.seal.signer,
        "fingerprint": found.seal.key and found.seal.key.fingerprint,
        "challenge": found.challenge,
        "lifecycle": found.seal.lifecycle,
        "cases": {"tried": found.cases[0], "planned": found.cases[1]},
        "stated": found.stated,
        "by_then": _judged(found.by_then),
        "by_now": _judged(found.by_now),
        "witness": [asdict(e) | {"contradicts": e.contradicts} for e in found.witness],
    }


def _judged(judged: Judged) -> dict[str, Any]:
    differences = [dict(zip(("what", "stated", "now"), d, strict=True)) for d in judged.differences]
    return asdict(judged) | {"differences": differences}
