"""The folder of a certification while it grows, and when it is sealed.

Unlike the folder of a run it stands in its place from the first moment, and says there that it is
not finished: whatever ends the run, power cuts too, leaves every record made so far and nothing
that could be taken for a result. Its last file is the signature. It never replaces another.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from errno import EIO
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance import plan as plans
from conformance.bundle import (
    MANIFEST,
    SCHEMA_VERSION,
    files_of,
    json_bytes,
    manifest_of,
    now,
    to_disk,
)
from conformance.evidence import PLAN, trial_files
from conformance.plan import Plan
from conformance.signing import PublicKey, sign
from conformance.trial import Trial
from conformance.verdicts import Lifecycle
from scenarios.problems import BadInput, Problem

KIND = "certify"
RESULTS, SIGNATURE, EVENTS = "results.json", "signature.dsse.json", "events.jsonl"


def check_new(place: Path) -> None:
    """Raises `BadInput` where anything stands already: evidence is never overwritten."""
    if os.path.lexists(place) and not (place.is_dir() and not any(place.iterdir())):
        expected = "a new or empty folder: evidence is never overwritten"
        raise BadInput([Problem(f"--out {place}", None, None, "", "there already", expected)])


def hashes(inputs: Mapping[str, bytes]) -> dict[str, str]:
    """What the plan names its inputs by."""
    return {name: sha256(content).hexdigest() for name, content in inputs.items()}


class CertifyBundle:
    """A certification under way in a folder."""

    def __init__(self, place: Path) -> None:
        """Begins the folder; raises `BadInput` where one stands, `OSError` where none can be."""
        check_new(place)
        place.mkdir(parents=True, exist_ok=True)
        self.place = place
        self._written: dict[str, str] = {}
        self._say(Lifecycle.RUNNING)

    def begin(self, plan: Plan, inputs: Mapping[str, bytes]) -> None:
        """Stores what the plan rests on, and the plan, before the first case."""
        for name, content in inputs.items():
            self._write(name, content)
        self._write(PLAN, json_bytes(plans.encoded(plan)))
        self.event("planned", cases=len(plan.cases))

    def add(self, trial: Trial) -> None:
        """Stores what became of a case."""
        for name, content in trial_files(trial):
            self._write(name, content)
        self.event("tried", case=trial.case, lifecycle=trial.lifecycle)

    def event(self, name: str, **fields: Any) -> None:
        """One line in `events.jsonl`, stamped with the present time."""
        line = json.dumps({"at": now(), "event": name, **fields}, ensure_ascii=False)
        with (self.place / EVENTS).open("a", encoding="utf-8") as events:
            events.write(line + "\n")

    def abort(self) -> None:
        """Says that it was interrupted; where nothing can be written, it still says `running`."""
        with suppress(OSError):
            self.event("aborted")
        with suppress(OSError):
            self._say(Lifecycle.ABORTED)

    def finish(self, results: Mapping[str, Any], key: Ed25519PrivateKey) -> PublicKey:
        """Stores the results, then the hashes of everything, then the signature over these."""
        self.event("judged", verdict=results["verdict"]["verdict"])
        self._write(RESULTS, json_bytes(results))
        sealed = {
            **manifest_of(self.place, KIND),
            "lifecycle": Lifecycle.FINISHED,
            "run": results["run"],
            "challenge": results["challenge"],
        }
        self._check({name: held["sha256"] for name, held in sealed["files"].items()})
        content = json_bytes(sealed)
        self._replace(MANIFEST, content)
        envelope = sign(content, key)
        self._replace(SIGNATURE, envelope.encoded())
        return envelope.key

    def files(self) -> dict[str, bytes]:
        """Everything that stands in it, for judging; `OSError` where that was changed meanwhile."""
        found = {
            path.relative_to(self.place).as_posix(): path.read_bytes()
            for path in files_of(self.place)
        }
        self._check(hashes(found))
        return found

    def _check(self, digests: Mapping[str, str]) -> None:
        """Raises `OSError` for evidence that is not as it was written."""
        left = {name: each for name, each in digests.items() if name not in (MANIFEST, EVENTS)}
        if strange := dict(left.items() ^ self._written.items()):
            raise OSError(EIO, f"changed meanwhile: {min(strange)}", str(self.place))

    def _say(self, lifecycle: Lifecycle) -> None:
        said = {"ttcs": 1, "bundle": SCHEMA_VERSION, "kind": KIND, "lifecycle": lifecycle}
        self._replace(MANIFEST, json_bytes({**said, "created": now(), "files": {}}))

    def _write(self, name: str, content: bytes) -> None:
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        to_disk(path)
        self._written[name] = sha256(content).hexdigest()

    def _replace(self, name: str, content: bytes) -> None:
        """At once: there is never half of it."""
        part = self.place / (name + ".part")
        part.write_bytes(content)
        to_disk(part)
        part.replace(self.place / name)
