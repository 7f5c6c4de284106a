"""Targets that no run can measure, judged by what somebody declares."""

import json
from pathlib import Path

from scenarios import loader
from tests.ttcs.program import here

TARGETS = """targets:
  - {id: QB-WEB-100}
  - {id: PROFILE-WRONG-AREA}
"""

TABLE = """target,count,of,value,unit,date,evidence
QB-WEB-100,151,151,,,2025-06-30,"Báo cáo 12/BC-STTTT, phụ lục 2"
"""


def scenario(folder: Path) -> Path:
    text = loader.find("ci-smoke").read_text("utf-8")
    file = folder / "declared.yaml"
    file.write_text(text[: text.index("targets:")] + TARGETS, "utf-8")
    return file


def verdicts(bundle: Path) -> dict[str, tuple[str, str]]:
    results = json.loads((bundle / "results.json").read_bytes())
    return {one["id"]: (one["verdict"], one["reason"]) for one in results["targets"]}


def test_without_a_declaration_nothing_is_concluded(tmp_path: Path) -> None:
    code, _, _ = here("run", scenario(tmp_path), "--out", tmp_path / "out")
    assert code == 3
    assert verdicts(tmp_path / "out")["QB-WEB-100"] == ("inconclusive", "not-declared")


def test_a_declaration_is_judged_kept_and_called_one(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text(TABLE, "utf-8")
    out = tmp_path / "out"
    code, shown, _ = here("run", scenario(tmp_path), "--declarations", table, "--out", out)
    assert code == 0
    assert verdicts(out)["QB-WEB-100"][0] == "pass"
    assert "theo khai báo, không đo" in shown
    assert (out / "declarations.csv").read_text("utf-8") == TABLE


def test_a_bad_table_is_told_before_anything_runs(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text(TABLE.replace("QB-WEB-100", "QB-WEB-1"), "utf-8")
    out = tmp_path / "out"
    code, _, error = here("run", scenario(tmp_path), "--declarations", table, "--out", out)
    assert code == 2
    assert error.startswith(f"{table}:2")
    assert not out.exists()
