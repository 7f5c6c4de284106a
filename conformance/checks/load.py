"""How a source system bears more and more devices: what each step took, and where its knee is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conformance.case import Measured, Seen
from conformance.checks.fleet import Fleet
from scenarios.scenario import Text

STEP = "load"
"""What cases call the orders of each step; the number of devices follows, and that of the run."""

DELAY, P95 = "load_t0_t2_p95", 95
FEWEST_STEPS = 3
"""With fewer no knee can be seen."""

FASTER = 1.1
"""By what factor a rate must be higher to count as higher: rates of single orders scatter."""


@dataclass(frozen=True, slots=True)
class Step:
    """Orders to so many `devices` of the fleet; after how long (from T0) each of the `runs` came to
    those that it reached, and to those of them that speak as `most` do: the few that ask in their
    own time say nothing of the rate."""

    devices: int
    runs: tuple[tuple[int, ...], ...]
    most: tuple[tuple[int, ...], ...]
    never: tuple[int, ...] = ()
    """For how long each was watched that a run did not come to."""

    @property
    def reached_ms(self) -> tuple[int, ...]:
        """Of all runs together, the fastest first."""
        return tuple(sorted(after_ms for run in self.runs for after_ms in run))

    @property
    def rate_per_s(self) -> float:
        """Devices that were told in a second, from T0 until the last was, in the best run; 0 where
        none was."""
        return max((len(run) * 1_000 / max(1, *run) for run in self.most if run), default=0.0)


def knee(rates: Sequence[tuple[int, float]]) -> int | None:
    """The number of devices from which on more of them bring no higher rate: the first of these
    steps `(devices, rate)` whose rate no later one exceeds by the factor `FASTER`. None where only
    the last is so, or there is none."""
    for number, (devices, rate) in enumerate(rates[:-1]):
        if all(later <= rate * FASTER for _, later in rates[number + 1 :]):
            return devices
    return None


def steps(fleet: Fleet) -> list[Step]:
    """The steps of a record that has some, in their order."""
    runs = defaultdict[int, list[Mapping[int, int]]](list)
    never = defaultdict[int, list[int]](list)
    for told in fleet.record.of("told"):
        name = told.detail["name"]
        if told.detail["kind"] == "Issue" and name.startswith(f"{STEP} "):
            wanted, reached = fleet.addressed(name), fleet.reached(name)
            came = {place: reached[place] - told.at_ms for place in wanted & reached.keys()}
            runs[len(wanted)].append(came)
            watched_ms = fleet.record.end_ms - told.at_ms
            never[len(wanted)] += [watched_ms] * (len(wanted) - len(came))
    most = fleet.speaking_as_most
    return [
        Step(
            devices,
            tuple(tuple(came.values()) for came in each),
            tuple(tuple(came[place] for place in came.keys() & most) for came in each),
            tuple(never[devices]),
        )
        for devices, each in runs.items()
    ]


def reaches_all(taken: Sequence[Step]) -> Seen:
    """Every device of every step was told."""
    told = [(min(map(len, step.runs)), step.devices) for step in taken]
    lacking = [devices for fewest, devices in told if fewest < devices]
    figures = ", ".join(f"{fewest}/{devices}" for fewest, devices in told)
    says = Text(vi=f"thiết bị nhận lệnh: {figures}", en=f"devices told: {figures}")
    return Seen(not lacking if len(taken) >= FEWEST_STEPS else None, says)


def bears(taken: Sequence[Step], late_ms: int = 0) -> Seen:
    """From T0 to T2 over the devices of the largest step, noted `late_ms` too late at worst; one
    that was never told counts with all the time in which it was not. Every
    step, and the knee, told beside. It is the knee of the system with the fleet and the machine
    that they share."""
    if len(taken) < FEWEST_STEPS or not taken[-1].reached_ms:
        return Seen(None, Text("không đủ bước tải", "too few steps"))
    figures = " · ".join(_figures(step) for step in taken if step.reached_ms)
    at = knee([(step.devices, step.rate_per_s) for step in taken])
    most, fastest = taken[-1].devices, max(step.rate_per_s for step in taken)
    if at is None:
        vi, en = f"chưa thấy điểm gãy đến {most} thiết bị", f"no knee up to {most} devices"
    else:
        vi = f"điểm gãy: {at} thiết bị; thêm thiết bị không nhanh hơn {fastest:.0f} lệnh/s"
        en = f"the knee: {at} devices; more are told no faster than {fastest:.0f} commands/s"
    delays_ms = sorted((*taken[-1].reached_ms, *taken[-1].never))
    measured = Measured(DELAY, tuple(delays_ms), late_ms, P95)
    return Seen(True, Text(f"{vi}. {figures}", f"{en}. {figures}"), measured)


def _figures(step: Step) -> str:
    """One step in figures, the same in both languages."""
    p50, p95, last = (
        Measured(DELAY, step.reached_ms, percentile=each).value_ms for each in (50, P95, 100)
    )
    return f"{step.devices}: T0–T2 p50 {p50}, p95 {p95}, max {last} ms, {step.rate_per_s:.0f}/s"
