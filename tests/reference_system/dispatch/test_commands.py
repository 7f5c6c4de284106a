"""The rules that turn a programme and bulletins into commands."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reference_system.dispatch.commands import (
    Command,
    bulletin_commands,
    commands,
    programme_commands,
)
from scenarios.scenario import (
    CLASSES,
    KINDS,
    Area,
    Bulletin,
    Place,
    ProgrammeItem,
    ProgrammeSlot,
    Scenario,
    Sound,
    Text,
)
from scenarios.units import DAY_MS, VIETNAM_TIME

MINUTE = 60_000
HOUR = 60 * MINUTE
MONDAY = datetime(2022, 9, 26, tzinfo=VIETNAM_TIME)
EVERYWHERE = Area(everywhere=True)

MORNING = ProgrammeSlot(
    id="morning",
    where=EVERYWHERE,
    at_ms=5 * HOUR,
    days=(0, 1, 2, 3, 4, 5),
    slot_ms=45 * MINUTE,
    lead_ms=HOUR,
    items=(
        ProgrammeItem("vov", 15 * MINUTE),
        ProgrammeItem("district", 15 * MINUTE),
        ProgrammeItem(None, 10 * MINUTE),
    ),
)
LATE = replace(
    MORNING,
    id="late",
    at_ms=23 * HOUR + 30 * MINUTE,
    slot_ms=HOUR,
    items=(
        ProgrammeItem("vov", 20 * MINUTE),
        ProgrammeItem(None, 20 * MINUTE),
        ProgrammeItem("vov", 10 * MINUTE),
    ),
)
STORM = Bulletin(
    id="storm",
    bulletin_class="emergency",
    severity=0,
    at_ms=20 * HOUR,
    to=EVERYWHERE,
    sound=Sound("file", 40_000, 640_000),
    times=3,
    gap_ms=2 * HOUR,
)

# A coarse clock, so that slots, parts, midnights, starts and horizons often fall on one moment.
TICK = 3 * HOUR


def ticks(least: int, most: int) -> st.SearchStrategy[int]:
    return st.integers(least, most).map(lambda count: count * TICK)


starts = ticks(0, 8 * 400).map(lambda later: MONDAY + timedelta(milliseconds=later))
horizons = ticks(1, 8 * 9)
programme_items = st.builds(
    ProgrammeItem, relay=st.sampled_from([None, "vov"]), length_ms=ticks(1, 4)
)
slots = st.builds(
    ProgrammeSlot,
    id=st.just("slot"),
    where=st.just(EVERYWHERE),
    at_ms=ticks(0, 7),
    days=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    slot_ms=ticks(1, 10),
    lead_ms=ticks(0, 20),
    items=st.lists(programme_items, min_size=1, max_size=4).map(tuple),
)
# Small numbers, so that cancels, horizons and issues often fall on one moment.
small = st.integers(0, 20)
bulletins = st.builds(
    Bulletin,
    id=st.just("bulletin"),
    bulletin_class=st.sampled_from(CLASSES),
    severity=st.just(0),
    at_ms=small,
    to=st.just(EVERYWHERE),
    sound=st.builds(
        Sound, kind=st.sampled_from(KINDS), length_ms=st.integers(1, 20), text=st.none()
    ),
    times=st.integers(1, 5),
    gap_ms=small,
    not_before_ms=st.none() | small,
    valid_ms=st.none() | small,
    end_by_ms=st.none() | small,
    order=st.integers(-2, 2),
    cancel_at_ms=st.none() | small,
)


def named(kind: st.SearchStrategy[object], prefix: str) -> st.SearchStrategy[list[object]]:
    return st.lists(kind, max_size=4).map(
        lambda some: [replace(one, id=f"{prefix}{n}") for n, one in enumerate(some)]
    )


def times(some: tuple[Command, ...]) -> list[tuple[str, str, int]]:
    return [(command.action, command.item.id, command.issued_ms) for command in some]


def test_a_day_of_programme_for_people() -> None:
    sent = programme_commands([MORNING], MONDAY, DAY_MS)
    assert [
        (c.item.id, c.item.kind, c.issued_ms / MINUTE, c.item.not_before_ms / MINUTE) for c in sent
    ] == [
        ("morning/2022-09-26/1", "live", 240, 300),
        ("morning/2022-09-26/2", "live", 240, 315),
        ("morning/2022-09-26/3", "file", 240, 330),
    ]
    assert {c.item.end_by_ms for c in sent} == {345 * MINUTE}
    assert {(c.id, c.action, c.item.bulletin_class, c.item.bulletin) for c in sent} == {
        (f"start:morning/2022-09-26/{n}", "start", "normal", "morning") for n in (1, 2, 3)
    }


def test_a_storm_bulletin_is_repeated_and_cancelled_for_people() -> None:
    storm = replace(STORM, cancel_at_ms=23 * HOUR, valid_ms=HOUR, end_by_ms=21 * HOUR)
    sent = bulletin_commands([storm], DAY_MS)
    assert times(sent) == [
        ("start", "storm/1", 20 * HOUR),
        ("start", "storm/2", 22 * HOUR),
        ("cancel", "storm/1", 23 * HOUR),
        ("cancel", "storm/2", 23 * HOUR),
    ]
    second = sent[1].item
    assert second == sent[3].item
    assert (second.not_before_ms, second.expires_ms) == (22 * HOUR, 23 * HOUR)
    assert (second.end_by_ms, second.size_bytes) == (23 * HOUR, 640_000)


def test_sunday_is_free_and_the_days_are_local() -> None:
    # Midnight of Sunday in Viet Nam is still Saturday afternoon in UTC.
    sunday = (MONDAY - timedelta(days=1)).astimezone(UTC)
    assert {c.item.id[:18] for c in programme_commands([MORNING], sunday, 2 * DAY_MS)} == {
        "morning/2022-09-26"
    }


def test_what_is_over_at_the_start_is_not_sent_and_what_runs_is() -> None:
    tuesday = MONDAY + timedelta(days=1)
    sent = programme_commands([LATE], tuesday, 2 * HOUR)
    assert [(c.item.id, c.issued_ms, c.item.not_before_ms) for c in sent] == [
        ("late/2022-09-26/2", 0, -10 * MINUTE),
        ("late/2022-09-26/3", 0, 10 * MINUTE),
    ]


def test_a_part_that_would_begin_after_its_slot_is_not_sent() -> None:
    short = replace(MORNING, slot_ms=30 * MINUTE)
    assert len(programme_commands([short], MONDAY, DAY_MS)) == 2


def test_a_scenario_sends_its_programme_and_its_bulletins_by_time() -> None:
    scenario = Scenario(
        title=Text("Một ngày", "A day"),
        era="2022",
        start=MONDAY,
        horizon_ms=DAY_MS,
        seed=1,
        territory=Place("52"),
        fleet=(),
        programme=(MORNING,),
        bulletins=(replace(STORM, at_ms=4 * HOUR), replace(STORM, id="flood", at_ms=0, times=1)),
        faults=(),
        targets=(),
    )
    assert [item for _, item, _ in times(commands(scenario))] == [
        "flood/1",
        "morning/2022-09-26/1",
        "morning/2022-09-26/2",
        "morning/2022-09-26/3",
        "storm/1",
        "storm/2",
        "storm/3",
    ]


@given(slots, starts, horizons)
def test_items_lie_in_their_slot_on_a_local_day_that_matches(
    slot: ProgrammeSlot, start: datetime, horizon: int
) -> None:
    for command in programme_commands([slot], start, horizon):
        _, day, number = command.item.id.split("/")
        before = sum(part.length_ms for part in slot.items[: int(number) - 1])
        begins = start + timedelta(milliseconds=command.item.not_before_ms - before)
        local = begins.astimezone(VIETNAM_TIME)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        slot_start = command.item.not_before_ms - before
        assert local - midnight == timedelta(milliseconds=slot.at_ms)
        assert local.date() == date.fromisoformat(day)
        assert local.weekday() in slot.days
        assert command.item.end_by_ms == slot_start + slot.slot_ms
        assert slot_start <= command.item.not_before_ms < command.item.end_by_ms
        assert command.item.not_before_ms < horizon
        assert command.item.not_before_ms + command.item.duration_ms > 0
        assert command.issued_ms == max(0, slot_start - slot.lead_ms)
        assert command.item.not_before_ms >= command.issued_ms or command.item.not_before_ms < 0


@given(slots, starts, horizons)
def test_a_part_is_sent_exactly_where_its_place_reaches_into_slot_and_scenario(
    slot: ProgrammeSlot, start: datetime, horizon: int
) -> None:
    wanted = set()
    midnight = start.replace(hour=0)
    for days in range(-3, 12):
        day = midnight + timedelta(days=days)
        slot_start = (day - start) // timedelta(milliseconds=1) + slot.at_ms
        begin = slot_start
        for number, part in enumerate(slot.items, start=1):
            end = begin + part.length_ms
            inside = begin < slot_start + slot.slot_ms and begin < horizon and end > 0
            # A part that outlasts its slot is over when the slot is.
            if day.weekday() in slot.days and inside and slot_start + slot.slot_ms > 0:
                wanted.add((f"slot/{day.date()}/{number}", begin))
            begin = end
    sent = programme_commands([slot], start.astimezone(UTC), horizon)
    assert {(c.item.id, c.item.not_before_ms) for c in sent} == wanted
    assert len(sent) == len(wanted)


@given(slots, starts, horizons, st.integers(1, 60))
def test_whole_weeks_later_only_the_dates_in_the_ids_differ(
    slot: ProgrammeSlot, start: datetime, horizon: int, weeks: int
) -> None:
    def shape(start: datetime) -> list[object]:
        return [
            replace(command, id="", item=replace(command.item, id=command.item.id[-1]))
            for command in programme_commands([slot], start, horizon)
        ]

    assert shape(start) == shape(start + timedelta(weeks=weeks))


@given(slots, starts, horizons, horizons)
def test_a_shorter_programme_is_the_beginning_of_a_longer_one(
    slot: ProgrammeSlot, start: datetime, one: int, other: int
) -> None:
    short, long = sorted([one, other])
    assert programme_commands([slot], start, short) == tuple(
        command
        for command in programme_commands([slot], start, long)
        if command.item.not_before_ms < short
    )


@given(named(bulletins, "b"), st.integers(0, 60), st.integers(0, 60))
def test_a_shorter_run_of_bulletins_is_the_beginning_of_a_longer_one(
    some: list[Bulletin], one: int, other: int
) -> None:
    short, long = sorted([one, other])
    assert bulletin_commands(some, short) == tuple(
        command for command in bulletin_commands(some, long) if command.issued_ms < short
    )


@given(bulletins, st.integers(0, 60))
def test_the_number_of_plays_and_when_they_are_issued(bulletin: Bulletin, horizon: int) -> None:
    sent = bulletin_commands([bulletin], horizon)
    cancel = horizon if bulletin.cancel_at_ms is None else bulletin.cancel_at_ms
    due = [bulletin.at_ms + play * bulletin.gap_ms for play in range(bulletin.times)]
    assert times(tuple(c for c in sent if c.action == "start")) == [
        ("start", f"bulletin/{play}", at)
        for play, at in enumerate(due, start=1)
        if at < min(horizon, cancel)
    ]
    for start in (c for c in sent if c.action == "start"):
        if bulletin.not_before_ms is None:
            assert start.item.not_before_ms == start.issued_ms
        if bulletin.valid_ms is not None:
            assert start.item.expires_ms == start.issued_ms + bulletin.valid_ms


@given(bulletins, st.integers(0, 60))
def test_a_cancel_withdraws_exactly_the_plays_issued_before_it(
    bulletin: Bulletin, horizon: int
) -> None:
    sent = bulletin_commands([bulletin], horizon)
    started = [c.item for c in sent if c.action == "start"]
    cancelled = [c for c in sent if c.action == "cancel"]
    if bulletin.cancel_at_ms is None or bulletin.cancel_at_ms >= horizon:
        assert not cancelled
    else:
        assert [c.item for c in cancelled] == started
        assert {c.issued_ms for c in cancelled} <= {bulletin.cancel_at_ms}


@given(bulletins, st.integers(0, 60), small)
def test_a_bulletin_moved_in_time_moves_everything_with_it(
    bulletin: Bulletin, horizon: int, by: int
) -> None:
    def later(instant: int | None) -> int | None:
        return None if instant is None else instant + by

    moved = replace(
        bulletin,
        at_ms=bulletin.at_ms + by,
        not_before_ms=later(bulletin.not_before_ms),
        end_by_ms=later(bulletin.end_by_ms),
        cancel_at_ms=later(bulletin.cancel_at_ms),
    )
    assert bulletin_commands([moved], horizon + by) == tuple(
        replace(
            command,
            issued_ms=command.issued_ms + by,
            item=replace(
                command.item,
                not_before_ms=command.item.not_before_ms + by,
                expires_ms=later(command.item.expires_ms),
                end_by_ms=later(command.item.end_by_ms),
            ),
        )
        for command in bulletin_commands([bulletin], horizon)
    )


@given(st.data(), named(bulletins, "b"), named(slots, "s"), starts)
def test_the_order_in_the_scenario_does_not_matter(
    data: st.DataObject, some: list[Bulletin], programme: list[ProgrammeSlot], start: datetime
) -> None:
    other = data.draw(st.permutations(some))
    assert bulletin_commands(other, 30) == bulletin_commands(some, 30)
    sent = programme_commands(programme, start, DAY_MS)
    assert programme_commands(data.draw(st.permutations(programme)), start, DAY_MS) == sent
    assert len({command.id for command in sent}) == len(sent)


def test_plays_of_before_the_start_are_not_issued_unless_they_are_due_after_it() -> None:
    begun = replace(STORM, at_ms=-HOUR)
    assert [c.item.id for c in bulletin_commands([begun], 5 * HOUR)] == ["storm/2", "storm/3"]
    assert [c.issued_ms for c in bulletin_commands([begun], 5 * HOUR)] == [HOUR, 3 * HOUR]

    ahead = replace(begun, times=1, not_before_ms=HOUR, valid_ms=3 * HOUR)
    (sent,) = bulletin_commands([ahead], 5 * HOUR)
    assert (sent.issued_ms, sent.item.not_before_ms, sent.item.expires_ms) == (0, HOUR, 2 * HOUR)

    assert bulletin_commands([replace(ahead, cancel_at_ms=-1)], 5 * HOUR) == ()
    assert bulletin_commands([replace(ahead, not_before_ms=-1)], 5 * HOUR) == ()
