"""`ttcs certify`: a device or a source system tried in every case of its role, and judged."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.progress import Progress

from conformance import bundle_contents, capabilities, certifying, demo, evidence, readings, waivers
from conformance.bench import description, operators, power
from conformance.bench.description import Description
from conformance.capabilities import Declaration
from conformance.case import judged
from conformance.cases import CASES
from conformance.certify_bundle import check_new
from conformance.clauses import Clause, Role
from conformance.plan import MAX_CHALLENGE, RunBy
from conformance.readings import Readings, attachments
from conformance.signing import new_private, read_private
from conformance.sources import target
from conformance.sources.by_hand.hands import Hands
from conformance.sources.target import FEWEST, FLEET, MOST, Around
from conformance.verdicts import EXIT_STATUS, Verdict
from conformance.verification import MISJUDGED
from conformance.waivers import Waiver
from reports import certification_console
from scenarios import profiles, strict_yaml
from scenarios.problems import BadInput, Problem
from ttcs.clauses import laid_over
from ttcs.main import BAD_INPUT, CONFORMANT, HARNESS_ERROR, NOT_CONFORMANT
from ttcs.telling import tell, tell_error, tell_first


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the command, as they were given."""

    tested: Literal["device", "source-system"]
    role: Role | None
    demo: bool
    capabilities: Path | None
    bench: Path | None
    target: Path | None
    fleet: int | None
    allowed: tuple[str, ...]
    clauses: Path | None
    waivers: Path | None
    readings: Path | None
    challenge: str | None
    run_by: RunBy
    key: Path | None
    chosen: tuple[str, ...] | None
    out: Path | None
    as_json: bool


def certify(asked: Asked) -> int:
    """Tries, judges, seals and tells; the exit code."""
    try:
        place = _place(asked)
        wanted = _wanted(asked)
        key = read_private(asked.key) if asked.key else new_private()
        try:
            with _Bar(wanted.bench) as bar:
                results, signer = certifying.certify(wanted, place, key, bar.at)
        except KeyboardInterrupt:
            tell_error(f"đã dừng, không niêm phong / stopped, not sealed: ttcs verify {place}")
            raise
    except BadInput as bad:
        tell_first(bad)
        return BAD_INPUT
    except OSError as error:
        tell_error(f"{error.filename or asked.out}: {error.strerror or error}")
        return HARNESS_ERROR
    except MISJUDGED as error:
        tell_error(f"lỗi của bộ thử / harness error: {error!r}")
        return HARNESS_ERROR
    if asked.as_json:
        said = {"bundle": str(place), "fingerprint": signer.fingerprint, "results": results}
        tell(json.dumps(said, ensure_ascii=False, indent=1))
    else:
        _print(certification_console.results(results, str(place)))
        tell(f"{place}: {signer.fingerprint}")
        if asked.key is None:
            tell("ký bằng khóa dùng một lần / signed by a key that is thrown away: --key")
    return EXIT_STATUS[Verdict(results["verdict"]["verdict"])]


def replay(place: Path, case: str, *, as_json: bool) -> int:
    """Tries a case of a bundle again and tells whether it sees the same; the exit code."""
    try:
        found = evidence.read(bundle_contents.read(place).files)
        if case not in found.trials or case in found.plan.strange(CASES):
            raise _bad(f"--replay {place}", case, "a case that was tried, in this version's form")
        if not _can_replay(found.plan.bench.facts):
            raise _bad(f"--replay {place}", "another bench", "one with an emulated device")
        again = certifying.try_again(found.plan, found.trials[case])
        then = judged(CASES[case], found.trials[case].record)
    except BadInput as bad:
        tell_first(bad)
        return BAD_INPUT
    except MISJUDGED as error:
        tell_first(_bad(f"{place}", f"a record that cannot be judged: {error!r}", "a case's"))
        return BAD_INPUT
    now = judged(CASES[case], again.record)
    rows = [(name, seen.ok, now[name].ok) for name, seen in then.items()]
    same = all(before == after for _, before, after in rows)
    if as_json:
        checks = [dict(zip(("check", "then", "now"), row, strict=True)) for row in rows]
        tell(json.dumps({"case": case, "same": same, "checks": checks}, indent=1))
    else:
        _print(certification_console.replay(case, rows))
    return CONFORMANT if same else NOT_CONFORMANT


def _can_replay(facts: Mapping[str, Any]) -> bool:
    return facts.get("driver") == "emulated" and facts.get("profile") in profiles.names()


def _place(asked: Asked) -> Path:
    if asked.out is None:
        raise _bad("--out", "not given", "a new folder for the bundle")
    check_new(asked.out)
    return asked.out


def _wanted(asked: Asked) -> certifying.Asked:
    """What is asked for, understood; raises `BadInput`."""
    if asked.challenge is not None and not 0 < len(asked.challenge) <= MAX_CHALLENGE:
        expected = f"a text of at most {MAX_CHALLENGE} characters"
        raise _bad("--challenge", f"of {len(asked.challenge)} characters", expected)
    is_system = asked.tested == "source-system"
    declared, bench = _source_system(asked) if is_system else _device(asked)
    clauses = laid_over(asked.clauses)
    return certifying.Asked(
        declared,
        bench,
        clauses,
        _waivers(asked.waivers, declared),
        asked.challenge,
        asked.run_by,
        _chosen(asked.chosen, declared.role),
        *_readings(asked.readings, clauses, declared),
    )


def _source_system(asked: Asked) -> tuple[Declaration, Around]:
    of_devices = {
        "--profile": asked.role,
        "--demo": asked.demo or None,
        "--capabilities": asked.capabilities,
        "--bench": asked.bench,
    }
    for option, given in of_devices.items():
        if given is not None:
            raise _bad(option, "given", "none: the target says it of a source system")
    if asked.target is None:
        raise _bad("--target", "not given", "the file that says which source system")
    if any(find_spec(package) is None for package in ("httpx2", "paho", "pyotp")):
        raise _bad("--role", "source-system", "more packages: pip install 'ttcs-hil[server]'")
    devices = FLEET if asked.fleet is None else asked.fleet
    if not FEWEST <= devices <= MOST:
        raise _bad("--fleet", str(devices), f"from {FEWEST} to {MOST:,} devices")
    found = target.read(asked.target, asked.allowed)
    if found.hands is not None:
        return found.declared, _by_hands(asked, found, found.hands)
    return found.declared, Around(found, devices)


def _by_hands(asked: Asked, found: target.Target, hands: Hands) -> Around:
    if asked.fleet is not None:
        raise _bad("--fleet", str(asked.fleet), "none: the target names its devices")
    if hands.script is not None and find_spec("playwright") is None:
        raise _bad("--target", "a browser's", "one more package: pip install 'ttcs-hil[browser]'")
    operators.check(hands.asking, str(asked.target))
    return Around(found, len(hands.fleet.devices))


def _device(asked: Asked) -> tuple[Declaration, Description]:
    for option, given in (("--target", asked.target), ("--fleet", asked.fleet)):
        if given is not None:
            raise _bad(option, "given", "--role source-system beside it")
    if asked.role is None:
        raise _bad("--profile", "not given", f"one of {', '.join(demo.EMULATED)}")
    return _declared(asked, asked.role), _bench(asked, asked.role)


def _declared(asked: Asked, role: Role) -> Declaration:
    if asked.capabilities is None:
        if asked.demo:
            return demo.declaration(role)
        raise _bad("--capabilities", "not given", "what the device declares, or --demo")
    declared = capabilities.read(asked.capabilities)
    if declared.role != role:
        raise _bad(f"--profile {role}", "another", f"{declared.role}, which the file declares")
    return declared


def _bench(asked: Asked, role: Role) -> Description:
    if asked.demo == (asked.bench is not None):
        raise _bad("--bench", "given with --demo" if asked.demo else "not given", "one of both")
    if asked.bench is None:
        return Description("test", demo.EMULATED[role], demo.PERMITS)
    bench = description.read(asked.bench)
    description.check_targets(bench, asked.allowed, str(asked.bench))
    if bench.network and any(find_spec(package) is None for package in ("av", "httpx2", "paho")):
        raise _bad("--bench", "on the network", "more packages: pip install 'ttcs-hil[server]'")
    operators.check(bench.operator, str(asked.bench))
    power.check(bench.mains, str(asked.bench))
    return bench


def _waivers(path: Path | None, declared: Declaration) -> tuple[Waiver, ...]:
    if path is None:
        return ()
    found = waivers.parse(strict_yaml.read(path))
    waivers.check_valid(found, declared.device, date.today(), str(path))
    return found


def _readings(
    path: Path | None, clauses: Mapping[str, Clause], declared: Declaration
) -> tuple[Readings, Mapping[str, tuple[str, bytes]]]:
    """The readings in a file, and the files beside it that they name; raises `BadInput`."""
    if path is None:
        return readings.NONE, {}
    found = readings.parse(strict_yaml.read(path), clauses)
    readings.check_valid(found, clauses, declared, date.today(), str(path))
    return found, attachments.read(path.parent, found.files)


def _chosen(names: tuple[str, ...] | None, role: Role) -> tuple[str, ...] | None:
    for name in names or ():
        if name not in CASES or role not in CASES[name].roles:
            raise _bad("--case", name, f"a case for {role}; `ttcs clauses --coverage` names them")
    return names


class _Bar:
    """A progress bar on a terminal, unless the operator answers there; nothing in a pipe."""

    def __init__(self, bench: Description | Around) -> None:
        operator = bench.operator if isinstance(bench, Description) else bench.asking
        is_busy = operator is not None and operator.driver == "terminal"
        is_shown = sys.stderr.isatty() and not is_busy
        console = Console(stderr=True)
        self._progress = Progress(console=console, transient=True, disable=not is_shown)
        self._task = self._progress.add_task("ttcs certify")

    def __enter__(self) -> "_Bar":
        self._progress.start()
        return self

    def __exit__(self, *about: object) -> None:
        self._progress.stop()

    def at(self, number: int, of: int, case: str) -> None:
        self._progress.update(self._task, total=of, completed=number, description=case)


def _print(table: Any) -> None:
    console = Console()
    with console.capture() as shown:
        console.print(table)
    tell(shown.get().rstrip("\n"))


def _bad(option: str, wrong: str, expected: str) -> BadInput:
    return BadInput([Problem(option, None, None, "", wrong, expected)])
