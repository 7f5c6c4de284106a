"""What people type is read strictly: what it says, or a refusal that names the field."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData

from reference_system.services.refusals import Invalid
from reference_system.web.pages.typed import Typed
from scenarios.units import VIETNAM_TIME


def typed(**fields: str) -> Typed:
    return Typed(FormData(fields))


def read(reading: Callable[[], object]) -> object:
    """What is read, or the name of the field that is refused."""
    try:
        return reading()
    except Invalid as refusal:
        return Refused(refusal.field)


@dataclass(frozen=True)
class Refused:
    field: str | None


@given(st.text(max_size=12) | st.integers(0, 40).map(str), st.integers(0, 20), st.integers(0, 20))
def test_a_number_is_one_within_its_bounds_or_refused(text: str, least: int, span: int) -> None:
    number = read(lambda: typed(n=text).number("n", least, least + span))
    if text.isascii() and text.isdecimal() and least <= int(text) <= least + span:
        assert number == int(text)
    else:
        assert number == Refused("n") or (number is None and not text.strip())


@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 12, 31)))
def test_a_moment_is_by_the_clocks_of_viet_nam(moment: datetime) -> None:
    moment = moment.replace(second=0, microsecond=0)
    at_ms = typed(at=moment.isoformat(timespec="minutes")).moment_ms("at")
    assert datetime.fromtimestamp(at_ms / 1000, VIETNAM_TIME).replace(tzinfo=None) == moment


@given(st.text(max_size=40))
def test_no_text_is_a_moment_by_chance(text: str) -> None:
    at_ms = read(lambda: typed(at=text).moment_ms("at"))
    assert at_ms in (None, Refused("at")) or 0 <= at_ms < 7_300_000_000_000


@given(st.text(max_size=400))
def test_a_line_is_one_line_without_controls(text: str) -> None:
    line = read(lambda: typed(line=text).line("line"))
    assert line == Refused("line") or (len(line) <= 300 and not set(line) & set("\x00\n\r\u202e"))


def test_lines_end_as_they_do_here() -> None:
    assert typed(text="một\r\nhai").lines("text") == "một\nhai"


@pytest.mark.parametrize("wrong", ["", "c", "A"])
def test_a_choice_is_one_of_those(wrong: str) -> None:
    with pytest.raises(Invalid):
        typed(choice=wrong).choice("choice", ("a", "b"))
