import json
from pathlib import Path

import pytest

from scenarios import loader
from tests.ttcs.program import BAD, TINY, here, shipped


def test_every_error_has_its_line(place: Path) -> None:
    Path("bad.yaml").write_text(BAD)
    code, out, err = here("check", "bad.yaml")
    assert code == 2
    assert err == ""
    assert [line.split(": is ")[0] for line in out.splitlines()] == [
        "bad.yaml:8:56: fleet[0].clusters",
        "bad.yaml:10:72: bulletins[0].to",
        "bad.yaml:10:92: bulletins[0].sound.length",
    ]


@pytest.mark.parametrize("name", loader.shipped())
def test_no_error_is_said_too(name: str) -> None:
    code, out, err = here("check", name)
    assert (code, err) == (0, "")
    assert out.endswith(f"{name}.yaml: không có lỗi / no errors\n")


def test_a_warning_is_no_error(place: Path) -> None:
    Path("s.yaml").write_text(
        TINY.replace("sound: {length: 40s}", "sound: {length: 40s}, repeat: {times: 2, gap: 10s}")
    )
    code, out, _ = here("check", "s.yaml")
    assert code == 0
    assert "warning: bulletins[0].repeat.gap" in out.splitlines()[0]
    assert out.splitlines()[1] == "s.yaml: không có lỗi / no errors"


def test_several_files_are_all_looked_at(place: Path) -> None:
    Path("bad.yaml").write_text(BAD)
    code, out, _ = here("check", "bad.yaml", "ci-smoke", "ci-smok")
    assert code == 2
    assert len(out.splitlines()) == 5
    assert out.splitlines()[-1].startswith("ci-smok: is neither a file nor the name of a scenario")


def test_as_json(place: Path) -> None:
    Path("bad.yaml").write_text(BAD)
    code, out, _ = here("check", "bad.yaml", "ci-smoke", "--json")
    bad, good = json.loads(out)["files"]
    assert code == 2
    assert [(e["line"], e["column"], e["place"]) for e in bad["errors"]] == [
        (8, 56, "fleet[0].clusters"),
        (10, 72, "bulletins[0].to"),
        (10, 92, "bulletins[0].sound.length"),
    ]
    assert good["errors"] == []
    assert Path(good["file"]).name == "ci-smoke.yaml"


def test_an_unknown_target_is_an_error_with_its_place(place: Path) -> None:
    Path("s.yaml").write_text(f"{shipped('ci-smoke')}  - {{id: PROFILE-REACH-ONLIN}}\n")
    code, out, _ = here("check", "s.yaml")
    assert code == 2
    assert out.startswith("s.yaml:35:10: targets[3].id: is ")
    assert "PROFILE-REACH-ONLINE" in out


@pytest.mark.parametrize("name", ["binh-dinh-2022-2025", "gia-lai-2026-2030"])
def test_a_plan_is_checked_too(name: str) -> None:
    code, out, err = here("check", name)
    assert (code, err) == (0, "")
    assert out.endswith(f"{name}.yaml: không có lỗi / no errors\n")


def test_every_error_of_a_plan_and_its_stock_has_its_line(place: Path) -> None:
    plan = shipped("quang-binh-2022-2025").replace("{generate: {", "{file: s.csv, generate: {")
    Path("p.yaml").write_text(plan.replace("  crews: 6", "  crews: 0"))
    Path("s.csv").write_text("Xã;Loại đài;Số cụm loa\nĐồng Lê;loa tay;0\n")
    code, out, _ = here("check", "p.yaml")
    assert code == 2
    assert [":".join(line.split(": is ")[0].split(":")[:3]) for line in out.splitlines()] == [
        "p.yaml:31:10",
        *("s.csv:2:2", "s.csv:2:3"),
    ]
    assert "delivery.crews" in out.splitlines()[0]


def test_a_document_that_there_is_not_is_an_error(place: Path) -> None:
    plan = shipped("quang-binh-2022-2025").replace("[plan-quang-binh]", "[plan-quang-bin]")
    Path("p.yaml").write_text(plan)
    code, out, _ = here("check", "p.yaml")
    assert code == 2
    assert 'documents[0]: is "plan-quang-bin", expected a planning document' in out


def test_run_says_that_a_plan_is_for_plan(place: Path) -> None:
    code, out, err = here("run", "binh-dinh-2022-2025")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "is a rollout plan, expected a scenario: `ttcs plan` computes plans" in err
