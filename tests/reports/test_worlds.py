"""What is told of a live run beside the virtual one, and of its e-board."""

import json
from importlib.resources import files as resources

import jsonschema
import pytest
from rich.console import Console

from conformance.comparison import FinishedRun, compare
from reports import board_words, worlds
from reports.comparison import tables
from reports.comparison_html import page
from scenarios.scenario import Text
from tests.reports.test_console import SNAPSHOTS, shown
from tests.reports.worlds import BOARD, lived

RESULTS, COMPARISON = (
    json.loads(resources("reports").joinpath(f"schemas/{name}.schema.json").read_text("utf-8"))
    for name in ("results", "comparison")
)


@pytest.fixture
def virtual(results_of):
    return results_of([]) | {"limits": []}


def test_a_live_run_on_a_terminal(virtual):
    live = lived(virtual, slower=True)
    jsonschema.validate(live, RESULTS)
    assert shown(live, 80) == SNAPSHOTS.joinpath("live-80.txt").read_text("utf-8")


def test_near_enough_is_said_too(virtual):
    said = worlds.sentence(lived(virtual, slower=False)["comparison"])
    assert said.vi == "Thế giới thực so với thế giới ảo: trong dung sai ở cả 8 số."
    assert said.en == "The live world and the virtual: within the tolerance in all 8 figures."


def test_what_cannot_be_told_is_said(virtual):
    near = lived(virtual, slower=False)["comparison"]
    near["tolerance"]["time_judged"] = False
    near["not_modelled"] = [{"fault": n, "kind": "full-disk"} for n in range(2)]
    said = worlds.sentence(near)
    assert said.en.endswith(
        "Time was scaled, so that speed is not judged. The virtual world does not model: full disk."
    )
    assert said.vi.endswith("Thế giới ảo không mô phỏng: ổ đĩa đầy.")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_two_bundles_are_compared_in_either_order(virtual, language):
    live = lived(virtual, slower=True)
    runs = [FinishedRun(one["world"], one, None) for one in (virtual, live)]
    forth, back = compare(*runs), compare(*runs[::-1])
    jsonschema.validate(forth, COMPARISON)
    assert forth["worlds"] == back["worlds"] == live["comparison"]
    assert not any(change["what"].startswith(("live", "comparison")) for change in forth["totals"])
    console = Console(width=80)
    with console.capture() as text:
        console.print(tables(forth, language))
    assert {"vi": "VƯỢT", "en": "BEYOND"}[language] in text.get()
    told = page(forth, language).decode()
    assert told.count('class="worlds"') == 2
    assert told.count("<polyline") == 4
    assert "<script" not in told


def test_runs_of_one_world_have_no_such_part(virtual):
    runs = [FinishedRun("a", virtual, None), FinishedRun("b", virtual, None)]
    found = compare(*runs)
    assert "worlds" not in found
    assert 'class="worlds"' not in page(found, "vi").decode()


def test_a_board_that_was_not_rendered_says_why():
    board = {"device": "d\x07", "rendered": False, "why": "without playwright", "browser": None}
    assert board_words.sentence(board) == Text(
        "Bảng tin điện tử d\\x07: không dựng hình (without playwright).",
        "E-board d\\x07: not rendered (without playwright).",
    )
    assert "not all words fit" in board_words.sentence(BOARD | {"fits": False}).en
