"""`ttcs plan --optimise`: the solver's assignment in the place of the plan's own order."""

import json
from importlib.resources import files as resources
from pathlib import Path

import jsonschema
import pytest

from tests.ttcs.program import here, written
from tests.ttcs.test_plan import PLAN, STOCK


@pytest.fixture
def small(place: Path) -> Path:
    """The folder of a plan whose money runs short, and that no document binds."""
    made = PLAN.replace("20bn, 20bn, 20bn, 20bn", "8bn, 8bn, 8bn, 8bn").replace(
        "crews: 3", "crews: 9"
    )
    made = made.replace("[plan-binh-dinh]", "[]")
    Path("small.yaml").write_text(made)
    Path("stock.csv").write_text(STOCK)
    return place


def plan(*arguments: str) -> tuple[int, str, str]:
    quick = ("--jobs", "1", "--no-phases", "--replications", "20")
    return here("plan", "small.yaml", *quick, *arguments)


@pytest.mark.slow
def test_strategies_stand_side_by_side_and_the_order_has_its_price(small: Path) -> None:
    ended, out, err = plan("--optimise", "--keep-order", "--out", "r")
    assert (ended, err) == (0, "")
    found = written(Path("r"))
    schema = resources("reports").joinpath("schemas/rollout-results.schema.json")
    jsonschema.validate(found, json.loads(schema.read_text("utf-8")))
    part = found["optimisation"]
    values = {row["strategy"]: row["value"] for row in part["strategies"]}
    assert list(values) == [
        *("optimised", "any-order", "plan"),
        *("most-per-dong", "cheapest", "random"),
    ]
    assert part["value"] == values["optimised"] <= part["bound"]
    assert values["any-order"] > values["optimised"] >= values["plan"]
    assert part["given_up"] == []
    # All else in the document is of the optimised assignment.
    never = [work for work in found["works"] if part["assigned"][work["id"]] is None]
    assert never
    assert {share for work in never for share in work["done_by_year"]} == {0}
    asked = written(Path("r"), "plan.json")
    assert (asked["objective"], asked["keep_order"]) == ("coverage", True)

    lines = out.splitlines()
    assert max(map(len, lines)) <= 80
    price = f"{values['any-order'] - values['optimised']:,}".replace(",", ".")
    assert any(
        line.startswith(f"giá của thứ tự / the price of the order: {price} ") for line in lines
    )


def test_without_it_nothing_is_optimised(small: Path) -> None:
    ended, out, _ = plan("--json")
    assert (ended, json.loads(out)["optimisation"]) == (0, None)


@pytest.mark.parametrize("option", [("--keep-order",), ("--objective", "cost")])
def test_options_of_it_need_it(small: Path, option: tuple[str, ...]) -> None:
    ended, _, err = plan(*option)
    assert ended == 2
    assert "--optimise" in err
