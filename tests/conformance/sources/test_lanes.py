"""Cases side by side at one real system: each in communes of its own, and some alone."""

import pytest

from conformance.case import judged
from conformance.cases import CASES
from conformance.sources import bench
from conformance.sources.target import Around, parse
from scenarios import strict_yaml
from tests.conformance.conftest import TARGET

ALONE = "source-states"
BESIDE = ("source-approval", "source-emergency-one-commune", "source-returned")
RUN = f"{0xDD:010x}"


def span(trial):
    times = [each.at_ms for each in trial.record.happenings]
    return min(times), max(times)


@pytest.mark.slow
@pytest.mark.needs_tool("mosquitto")
def test_cases_run_side_by_side_and_see_nothing_of_one_another():
    target = parse(strict_yaml.parse("target.yaml", TARGET))
    wanted = [(CASES[n], f"{RUN}-{at}") for at, n in enumerate((*BESIDE, ALONE), 1)]
    began, trials = [], {}

    def ended(trial):
        trials[trial.case] = trial

    with bench.running(Around(target, 60), RUN) as tries:
        tries.all(wanted, lambda case: began.append(case.id), ended)
    assert began[0] == ALONE
    assert set(began) == trials.keys() == {ALONE, *BESIDE}
    for name, trial in trials.items():
        assert (trial.alive_before, trial.alive_after, trial.trouble) == (True, True, None)
        assert all(seen.ok for seen in judged(CASES[name], trial.record).values()), name
    first = [span(trials[name])[0] for name in BESIDE]
    assert max(first) < min(span(trials[name])[1] for name in BESIDE), "they overlap"
    assert span(trials[ALONE])[1] <= min(first), "before all others"
    communes = [
        {
            e.detail["area"]["communes"][0]
            for e in trials[name].record.of("told")
            if "area" in e.detail and e.detail["area"]["communes"]
        }
        for name in BESIDE
    ]
    assert len(set.union(*communes)) == sum(map(len, communes)), "each in communes of its own"
