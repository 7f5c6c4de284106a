"""The measures of every replication and year as a table in CSV, for people with a spreadsheet."""

import csv
import io

from scenarios.rollout.plan import Plan
from simulator.rollout.results import MEASURES, Findings


def yearly(plan: Plan, findings: Findings) -> bytes:
    """A row for each replication and year; shares are per million, empty where of nothing."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("replication", "year", *MEASURES))
    for replication, years in enumerate(findings.yearly.tolist()):
        for year, values in zip(plan.years, years, strict=True):
            writer.writerow((replication, year, *("" if v < 0 else v for v in values)))
    return table.getvalue().encode()
