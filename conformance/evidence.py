"""What a certification keeps of each case, and everything that is judged, read from a bundle.

The bundle may be anybody's: what does not fit is one problem, and nothing is taken on trust but
what the cases recorded.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance import capabilities, plan, readings, traffic
from conformance.capabilities import Declaration
from conformance.clauses import Clause, parse
from conformance.mutants.killed import Killed
from conformance.mutants.killed import parse as parse_killed
from conformance.plan import Plan
from conformance.readings import Readings, attachments
from conformance.record import WHATS, Happening, Record
from conformance.traffic import Traffic
from conformance.trial import ALIVE, Trial
from conformance.verdicts import Lifecycle
from conformance.waivers import Waiver
from conformance.waivers import parse as parse_waivers
from scenarios import strict_json, strict_yaml
from scenarios.problems import BadInput, Problem

PLAN, CAPABILITIES, WAIVERS = "plan.json", "capabilities.json", "waivers.json"
READINGS = "readings.json"
MUTANTS = "mutants.json"
CLAUSES = "clauses/"
CASES = "cases/"
CAPTURE, NETWORK = "capture.pcap", "network.json"
MAX_LINES = 200_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """A certification as it stands in its files; `trials` by case.

    `killed` are the mutants that its suite had found by then; none in a bundle that is older.
    """

    plan: Plan
    declared: Declaration
    clauses: Mapping[str, Clause]
    waivers: tuple[Waiver, ...]
    trials: Mapping[str, Trial]
    readings: Readings = readings.NONE
    killed: Killed = field(default_factory=dict)


def trial_files(trial: Trial) -> Iterator[tuple[str, bytes]]:
    """The files that keep a trial, its own last: without that the others count for nothing."""
    folder = f"{CASES}{trial.case}/"
    lines = (
        json.dumps({"at_ms": e.at_ms, "what": e.what, **_detail(e)}, ensure_ascii=False)
        for e in trial.record.happenings
    )
    record = "".join(line + "\n" for line in lines).encode()
    yield folder + "record.jsonl", record
    if trial.traffic is not None:
        if trial.traffic.captured is not None:
            yield folder + CAPTURE, trial.traffic.captured.pcap
        yield folder + NETWORK, traffic.encoded(trial.traffic)
    said = {
        "case": trial.case,
        "lifecycle": trial.lifecycle,
        "alive_before": trial.alive_before,
        "alive_after": trial.alive_after,
        "trouble": trial.trouble,
        "happenings": len(trial.record.happenings),
    }
    yield folder + "trial.json", (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


def read(files: Mapping[str, bytes]) -> Evidence:
    """The evidence in a bundle's files; raises `BadInput`, for a record of another run too."""
    clauses = read_clauses(files)
    evidence = Evidence(
        plan=read_plan(files),
        declared=capabilities.parse(_yaml(files, CAPABILITIES)),
        clauses=clauses,
        waivers=parse_waivers(_yaml(files, WAIVERS)) if WAIVERS in files else (),
        trials={trial.case: trial for trial in _trials(files)},
        readings=_readings(files, clauses),
        killed=_killed(files),
    )
    if problems := [
        *_of_another_run(evidence),
        *attachments.problems(evidence.readings.files, files),
    ]:
        raise BadInput(problems)
    return evidence


def read_plan(files: Mapping[str, bytes]) -> Plan:
    """The plan alone; raises `BadInput`."""
    try:
        return plan.decoded(strict_json.parse(PLAN, _of(files, PLAN)))
    except ValueError as error:
        raise _bad(PLAN, str(error), "the plan of a certification") from None


def read_clauses(files: Mapping[str, bytes]) -> dict[str, Clause]:
    """The rules that the plan rests on; raises `BadInput`."""
    found: dict[str, Clause] = {}
    for name in sorted(files):
        if name.startswith(CLAUSES):
            found |= parse(_yaml(files, name))
    return found


def _readings(files: Mapping[str, bytes], clauses: Mapping[str, Clause]) -> Readings:
    if READINGS not in files:
        return readings.NONE
    return readings.parse(_yaml(files, READINGS), clauses)


def _killed(files: Mapping[str, bytes]) -> Killed:
    if MUTANTS not in files:
        return {}
    try:
        return parse_killed(strict_json.parse(MUTANTS, files[MUTANTS]))
    except ValueError as error:
        raise _bad(MUTANTS, str(error), "what the suite had found") from None


def _of_another_run(evidence: Evidence) -> Iterator[Problem]:
    """What was not planned, or does not bear the name of this run; what claims life unheard."""
    planned = {each.id for each in evidence.plan.cases}
    for name, trial in evidence.trials.items():
        file = f"{CASES}{name}/record.jsonl"
        if name not in planned:
            yield Problem(file, None, None, "", "a case that was not planned", "planned cases")
            continue
        prefix = evidence.plan.prefix(name) + "-"
        for told in trial.record.of("told"):
            names = (told.detail.get("order", ""), told.detail.get("item") or prefix)
            if not all(str(each).startswith(prefix) for each in names):
                expected = f"orders of this run, {prefix}…"
                yield Problem(file, None, None, "", "a record of another run", expected)
                break
        for when, claimed in (("before", trial.alive_before), ("after", trial.alive_after)):
            if claimed and not _answered(trial.record, f"{ALIVE} {when}"):
                wrong = f"without the answer that shows life {when}"
                yield Problem(file, None, None, "", wrong, "what trial.json claims")


def _answered(record: Record, name: str) -> bool:
    try:
        return bool(record.answers(record.told(name).order))
    except KeyError:
        return False


def _trials(files: Mapping[str, bytes]) -> Iterator[Trial]:
    for name in sorted(files):
        if name.startswith(CASES) and name.endswith("/trial.json"):
            yield _trial(files, name)


def _trial(files: Mapping[str, bytes], name: str) -> Trial:
    data = strict_json.parse(name, files[name])
    record_name = name.removesuffix("trial.json") + "record.jsonl"
    happenings = [
        _happening(record_name, number, line)
        for number, line in enumerate(_lines(files, record_name), 1)
    ]
    passed = _traffic(files, name.removesuffix("trial.json"))
    try:
        trial = Trial(
            case=_kind(data["case"], str),
            lifecycle=Lifecycle(data["lifecycle"]),
            record=Record(happenings),
            alive_before=_kind(data["alive_before"], bool, type(None)),
            alive_after=_kind(data["alive_after"], bool, type(None)),
            trouble=_kind(data["trouble"], str, type(None)),
            traffic=passed,
        )
        fits = (
            name == f"{CASES}{trial.case}/trial.json"
            and len(data) == _TRIAL_FIELDS
            and data["happenings"] == len(happenings)
        )
    except (KeyError, TypeError, ValueError):
        fits = False
    if not fits:
        raise _bad(name, "not as it was written", "the outcome of the case of that folder")
    return trial


_TRIAL_FIELDS = 6


def _traffic(files: Mapping[str, bytes], folder: str) -> Traffic | None:
    """What passed; None where the bench kept nothing, as one without a wire."""
    name, pcap = folder + NETWORK, files.get(folder + CAPTURE)
    if name not in files:
        if pcap is not None:
            raise _bad(folder + CAPTURE, "packets that nothing tells of", f"{NETWORK} beside them")
        return None
    try:
        return traffic.decoded(strict_json.parse(name, files[name]), pcap)
    except ValueError as error:
        raise _bad(name, str(error), "what passed in the case") from None


def _lines(files: Mapping[str, bytes], name: str) -> list[str]:
    text = _of(files, name).decode("utf-8", "replace")
    lines = text.split("\n")
    if lines.pop() or len(lines) > MAX_LINES:
        raise _bad(name, "cut off, or too long", f"at most {MAX_LINES:,} lines, each ended")
    return lines


def _happening(name: str, number: int, line: str) -> Happening:
    data = strict_json.decode_line(line, name, number)
    if isinstance(data, dict):
        at_ms, what = data.get("at_ms"), data.get("what")
        known = next((each for each in WHATS if each == what), None)
        detail = data.get("detail", {})
        if type(at_ms) is int and known is not None and isinstance(detail, dict):
            return Happening(at_ms, known, detail)
    raise BadInput([Problem(name, number, None, "", "no happening", "at_ms, what and detail")])


def _detail(happening: Happening) -> dict[str, Any]:
    return {"detail": dict(happening.detail)} if happening.detail else {}


def _yaml(files: Mapping[str, bytes], name: str) -> strict_yaml.Document:
    return strict_yaml.parse(name, _of(files, name))


def _of(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise _bad(name, "missing", "a file of every certification")
    return files[name]


def _kind(value: Any, *kinds: type) -> Any:
    if not isinstance(value, kinds):
        raise TypeError(kinds)
    return value


def _bad(name: str, wrong: str, expected: str) -> BadInput:
    return BadInput([Problem(name, None, None, "", wrong, expected)])
