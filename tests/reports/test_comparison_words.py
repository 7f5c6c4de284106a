"""What a comparison calls things: every entry of two real runs has words in both languages."""

import json

from conformance.comparison import compare
from reports.comparison import sections
from reports.comparison_words import entry_name, measure_name
from ttcs import finished_runs


def test_every_measurement_and_entry_of_real_runs_has_words(bundle_of):
    runs = [bundle_of(name) for name in ("ci-smoke", "binh-dinh-day", "reconnect-storm")]
    measures = set()
    for run in runs:
        measures |= set(json.loads((run / "results.json").read_bytes())["measures"])
    changed = set()
    for other in runs[1:]:
        comparison = compare(*map(finished_runs.load, (runs[0], other)))
        for part in ("run", "fleet", "totals"):
            changed |= {change["what"] for change in comparison[part]}
    assert len(measures) > 15
    assert len(changed) > 15
    for name, words in [(name, measure_name(name)) for name in measures] + [
        (name, entry_name(name)) for name in changed
    ]:
        assert words.en
        assert words.vi != name


def test_names_of_others_are_kept_as_they_are():
    assert entry_name("limits.52.busy_ms").en == "uplink 52: busy"
    assert entry_name("fleet.by_link.{0}\n").vi == "đường truyền {0}\n"
    assert entry_name("something.new").vi == measure_name("something.new").en == "something.new"


def test_a_limit_missed_as_expected_is_not_told_as_met(bundle_of):
    runs = (finished_runs.load(bundle_of(name)) for name in ("ci-smoke", "reconnect-storm"))
    (targets,) = [s for s in sections(compare(*runs), "vi") if s.title == "Chỉ tiêu"]
    after = {row[0].partition("\n")[0]: row[-1].partition("\n")[0] for row in targets.rows}
    assert after["PROFILE-T4-P95"] == "không đạt, đúng như dự kiến"
    assert after["PROFILE-NO-DUPLICATES"] == "đạt"
