"""What a solver made of a rollout plan, as a terminal shows it."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text as Line

from conformance.rollout.chances import SURE
from reports import rollout_figures as figures
from reports.rollout_figures import exactly
from reports.rollout_optimised_words import LIMITS, OBJECTIVES, STOPPED, STRATEGIES
from reports.words import Language, figure, number
from scenarios.scenario import Text


def shown(told: Mapping[str, Any]) -> Iterator[RenderableType]:
    """The part of a plan's results as lines and a table, for a console of at least 80 columns."""
    said = OBJECTIVES[told["objective"]]
    yield Line(f"Tối ưu theo {said.vi} / Optimised for {said.en}", style="bold")
    stopped, gap = STOPPED[told["stopped"]], told["gap"]
    yield Line(f"cách mức tốt nhất không quá {_percent(gap, 'vi')}; {stopped.vi}")
    yield Line(f"at most {_percent(gap, 'en')} from the best that can be; {stopped.en}")
    for one in told["given_up"]:
        both = [LIMITS[limit["kind"]] for limit in one["conflict"]]
        rest = [_rest(limit) for limit in one["conflict"]]
        vi = "; ".join(f"{word.vi} {more}" for word, more in zip(both, rest, strict=True))
        en = "; ".join(f"{word.en} {more}" for word, more in zip(both, rest, strict=True))
        yield Line(f"bỏ {one['id']} {one['year']}, không thể cùng giữ: {vi}")
        yield Line(f"given up {one['id']} {one['year']}, not all can be kept: {en}")
    for one in told["unmet"]:
        yield Line(f"chưa đạt ở trung vị / not met at the medians: {one['id']} {one['year']}")
    if told["keep_order"]:
        kept, free = (_value_of(told, name) for name in ("optimised", "any-order"))
        price = figure(abs(free - kept), "count", "vi")
        yield Line(f"giá của thứ tự / the price of the order: {price} ({said.vi} / {said.en})")
    yield _table(told, said)


def _table(told: Mapping[str, Any], said: Text) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("Cách chọn\nStrategy", max_width=28)
    table.add_column("Ở trung vị\nAt medians", justify="right")
    table.add_column("Cách cận\nGap", justify="right")
    table.add_column("Hộ-năm P50\nHousehold-years", justify="right")
    table.add_column("Chi P50\nSpent", justify="right")
    table.add_column(f"Đạt ≥ {SURE} %\nMet", justify="right")
    for row in told["strategies"]:
        name = STRATEGIES[row["strategy"]]
        table.add_row(
            Line(f"{name.vi}\n{name.en}"),
            figure(row["value"], "count", "vi"),
            _percent(row["gap"], "vi"),
            figure(row["household_years"], "count", "vi"),
            figures.told(row["spent_vnd"], "vnd", "vi"),
            f"{row['sure']}/{len(row['targets'])}",
        )
    return table


def _percent(gap: float, language: Language) -> str:
    return f"{number(exactly(gap) * 100, language, 3)} %"


def _rest(limit: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (limit["id"], str(limit["year"]))))


def _value_of(told: Mapping[str, Any], strategy: str) -> int:
    value: int = next(row["value"] for row in told["strategies"] if row["strategy"] == strategy)
    return value
