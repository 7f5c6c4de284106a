"""What meets in time and place, held against looking at every moment and every device."""

from hypothesis import given
from hypothesis import strategies as st

from reference_system.dispatch.overlaps import (
    Reach,
    Span,
    closing_ms,
    midnight_ms,
    outside_hours,
    overlaps,
)
from scenarios.scenario import CLASSES, Hours
from scenarios.units import DAY_MS

HOUR = 60 * 60_000
COMMUNES = ("a", "b", "c")
DEVICES = [(commune, f"{commune}{number}") for commune in COMMUNES for number in (1, 2)]
SIX = 1_664_233_200_000  # 2022-09-27T06:00:00+07:00
PERMITTED = Hours(4 * HOUR + HOUR // 2, 22 * HOUR, "test")

reaches = st.builds(
    Reach, st.frozensets(st.sampled_from(COMMUNES)), st.frozensets(st.sampled_from(DEVICES))
)
spans = st.builds(
    Span,
    item=st.integers(0, 10**9).map(str),
    source=st.just("s"),
    title=st.just(""),
    bulletin_class=st.sampled_from(CLASSES),
    begin_ms=st.integers(0, 12),
    end_ms=st.integers(0, 15),
    reach=reaches,
)
some = st.lists(spans, max_size=7, unique_by=lambda span: span.item)


def heard(reach: Reach) -> set[tuple[str, str]]:
    return {each for each in DEVICES if each[0] in reach.communes or each in reach.devices}


def moments(span: Span) -> set[int]:
    return set(range(span.begin_ms, span.end_ms))


@given(some, some)
def test_overlaps_are_what_a_look_at_every_moment_and_device_finds(
    mine: list[Span], others: list[Span]
) -> None:
    found = list(overlaps(mine, others))
    expected = {
        (one.item, other.item): (
            moments(one) & moments(other),
            {commune for commune, _ in heard(one.reach) & heard(other.reach)},
        )
        for one in mine
        for other in others
        if moments(one) & moments(other) and heard(one.reach) & heard(other.reach)
    }
    assert len(found) == len(expected)
    assert {
        (each.mine.item, each.other.item): (
            set(range(each.begin_ms, each.end_ms)),
            set(each.communes),
        )
        for each in found
    } == expected
    assert [each.begin_ms for each in found] == sorted(each.begin_ms for each in found)


def test_the_more_urgent_cuts_the_less_urgent_waits_and_equals_take_turns() -> None:
    def span(name: str) -> Span:
        return Span(name, name, name, name, 0, 1, Reach(frozenset("a")))

    table = {
        (each.mine.item, each.other.item): each.effect
        for each in overlaps(map(span, CLASSES), map(span, CLASSES))
    }
    assert table == {
        ("emergency", "emergency"): "takes-turns",
        ("emergency", "priority"): "cuts",
        ("emergency", "normal"): "cuts",
        ("priority", "emergency"): "waits",
        ("priority", "priority"): "takes-turns",
        ("priority", "normal"): "cuts",
        ("normal", "emergency"): "waits",
        ("normal", "priority"): "waits",
        ("normal", "normal"): "takes-turns",
    }


@given(st.integers(-(10**13), 10**13))
def test_midnight_is_the_last_one_in_viet_nam(at_ms: int) -> None:
    midnight = midnight_ms(at_ms)
    assert 0 <= at_ms - midnight < DAY_MS
    assert (midnight + 7 * HOUR) % DAY_MS == 0


@given(st.integers(-72, 72), st.integers(0, 60))
def test_night_is_any_hour_that_is_not_permitted(begin: int, length: int) -> None:
    step = HOUR // 2
    night = any(
        not 9 <= (12 + each) % 48 < 44  # in half hours after midnight, from six
        for each in range(begin, begin + max(length, 1))
    )
    begin_ms = SIX + begin * step
    assert outside_hours(begin_ms, begin_ms + length * step, PERMITTED) is night


def test_a_quarter_past_three_is_night_and_six_is_not() -> None:
    assert outside_hours(SIX - 3 * HOUR + HOUR // 4, SIX, PERMITTED)
    assert not outside_hours(SIX, SIX + 16 * HOUR, PERMITTED)
    assert outside_hours(SIX, SIX + 16 * HOUR + 1, PERMITTED)
    assert not outside_hours(SIX, SIX + 90 * HOUR, Hours(0, DAY_MS, "always"))
    assert closing_ms(SIX, PERMITTED) == SIX + 16 * HOUR
    assert closing_ms(SIX - 2 * HOUR, PERMITTED) is None
