"""The neutral device: what it plays equals the SimPy model's, and what it does with orders."""

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import profiles
from simulator.dialects.contract import (
    AddSchedule,
    Answer,
    Cancel,
    DropSchedule,
    Entry,
    Order,
    Play,
    Restart,
    SetVolume,
    Sound,
    Stop,
)
from simulator.emulator.device import FIRST_VOLUME, Device
from simulator.emulator.happenings import (
    Began,
    Booted,
    ClockSet,
    Effect,
    Ended,
    Fetch,
    Fetched,
    FetchFailed,
    Happening,
    LinkBack,
    LinkLost,
    Ordered,
    PowerBack,
    PowerLost,
    Restarting,
)
from simulator.playout import case as words
from simulator.playout import model
from simulator.playout.case import Case, Segment
from tests.simulator.playout.cases import cases

SPEAKER = profiles.load("speaker-reference")
FIRST_MS = -1_000
SOUND = Sound("http://127.0.0.1/media/1", "0" * 64, 10)


def play(item: words.Item, sound: Sound | None = None) -> Play:
    return Play(
        item=item.id,
        bulletin=item.id,
        title="",
        bulletin_class=item.bulletin_class,
        severity=item.severity,
        kind=item.kind,
        media=3,
        duration_ms=item.duration,
        issued_ms=item.issued,
        not_before_ms=item.not_before,
        at_once=False,
        sound=sound,
        expires_ms=item.expires,
        end_by_ms=item.end_by,
        order=item.order,
    )


def union(intervals: Iterable[words.Interval]) -> list[words.Interval]:
    joined: list[words.Interval] = []
    for start, end in sorted(each for each in intervals if each[0] < each[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def fed(
    told: words.Device, horizon: int, boot: int, fetch_ms: int
) -> tuple[words.Device, list[Segment]]:
    """The device as the model has it, and what the emulated one plays at the same instants."""
    mains = union(told.power)
    items = tuple(
        sorted((i for i in told.items if i.delivered is not None), key=lambda i: i.delivered or 0)
    )
    happenings: list[tuple[int, Happening]] = [(FIRST_MS + 1, PowerLost())]
    happenings.append((FIRST_MS + 1, LinkLost()))
    for start, end in mains:
        happenings += [(start, PowerBack()), (end, PowerLost())]
    for start, end in union(told.link):
        happenings += [(start, LinkBack()), (end, LinkLost())]
    for item in items:
        assert item.delivered is not None
        if item.kind == "file" and fetch_ms:
            order = Order(item.id, None, play(item, SOUND))
            happenings.append((item.delivered - fetch_ms, Ordered(order)))
            happenings.append((item.delivered, Fetched(item.id)))
        else:
            happenings.append((item.delivered, Ordered(Order(item.id, None, play(item)))))
    for item in items:
        if item.cancelled is not None:
            order = Order(f"cancel {item.id}", None, Cancel(item.id))
            happenings.append((item.cancelled, Ordered(order)))

    profile = replace(
        SPEAKER,
        boot_ms=boot,
        power_recovery=told.power_recovery,
        after_cut=told.after_cut,
        priority_cuts=told.priority_cuts,
    )
    device = Device(profile, FIRST_MS)
    effects: list[Effect] = []
    for at in sorted({at for at, _ in happenings if at < horizon}):
        effects += device.moment(at, [what for when, what in happenings if when == at])
    effects += device.close(horizon)
    booted = tuple((start + boot, end) for start, end in mains if start + boot < end)
    as_modelled = replace(told, power=booted, items=items)
    return as_modelled, [each.segment for each in effects if isinstance(each, Ended)]


@settings(max_examples=300)
@given(cases, st.sampled_from([0, 0, 1, 4]), st.sampled_from([0, 2]))
def test_it_plays_what_the_model_plays(case: Case, boot: int, fetch_ms: int) -> None:
    for told in case.devices:
        modelled, segments = fed(told, case.horizon, boot, fetch_ms)
        assert segments == model.play_device(modelled, case.horizon)


# ---- Orders -------------------------------------------------------------------------------------

NEWS = Play("news/1", "news", "Tin", "normal", 0, "file", 3, 60_000, 0, 0, True)
STORM = replace(NEWS, item="storm/1", bulletin="storm", bulletin_class="emergency")


def device(**profile: int | bool) -> Device:
    return Device(replace(SPEAKER, **profile), 1_000)


def ordered(name: str, *actions: object) -> list[Ordered]:
    return [Ordered(Order(f"{name}{n}", None, a)) for n, a in enumerate(actions)]


def of(kind: type, effects: list[Effect]) -> list:
    return [effect for effect in effects if isinstance(effect, kind)]


def test_the_same_order_is_done_once_and_answered_each_time() -> None:
    speaker = device()
    first = speaker.moment(2_000, ordered("a", NEWS))
    again = speaker.moment(3_000, ordered("a", NEWS))
    assert [each.order for each in of(Answer, [*first, *again])] == ["a0", "a0"]
    assert speaker.moment(70_000, ordered("b", NEWS))  # another order for the same play
    assert len(of(Entry, speaker.moment(200_000))) == 0
    assert of(Answer, first) == [Answer("a0", 2_000)]


def test_an_order_without_a_name_is_done_each_time_it_comes() -> None:
    speaker, stop = device(), Ordered(Order("", None, Stop(None)))
    speaker.moment(2_000, ordered("a", NEWS))
    effects = speaker.moment(3_000, [stop])
    effects += speaker.moment(4_000, ordered("b", STORM))
    effects += speaker.moment(10_000, [stop])
    assert [ended.segment.item for ended in of(Ended, effects)] == ["news/1", "storm/1"]
    assert speaker.status(11_000, "4G").playing is None


def test_an_old_order_that_comes_again_stops_nothing_new() -> None:
    speaker = device()
    speaker.moment(2_000, ordered("a", NEWS))
    stop = Ordered(Order("stop", 9_000, Stop(None)))
    effects = speaker.moment(3_000, [stop])
    effects += speaker.moment(4_000, ordered("b", STORM))
    effects += speaker.moment(10_000, [stop])  # too late for a new one, and answered as before
    assert [each.refusal for each in of(Answer, effects)] == [None, None, None]
    assert speaker.status(11_000, "4G").playing == STORM


def test_a_restart_ends_what_is_heard_boots_and_forgets_nothing() -> None:
    speaker = device(boot_ms=5_000, power_recovery="resume")
    speaker.moment(2_000, ordered("a", NEWS, SetVolume(30)))
    first_boot = speaker.boot
    effects = speaker.moment(12_000, ordered("b", Restart()))
    assert of(Answer, effects) == [Answer("b0", 12_000)]
    assert of(Restarting, effects) == [Restarting()]
    assert not speaker.is_up
    (entry,) = of(Entry, effects)
    assert (entry.outcome, entry.reason, entry.ended_ms) == ("cut", "restarted", 12_000)
    effects = speaker.moment(17_000, ordered("b", Restart()))  # the same again: no other restart
    assert speaker.is_up
    assert [each.boot for each in of(Booted, effects)] == [speaker.boot] != [first_boot]
    assert of(Answer, effects) == [Answer("b0", 17_000)]
    assert speaker.status(17_500, "4G").playing == NEWS
    assert speaker.volume == 30


def test_a_restart_without_a_time_to_boot_is_one_too() -> None:
    speaker = device(boot_ms=0)
    assert of(Restarting, speaker.moment(2_000, ordered("a", Restart())))
    assert of(Booted, speaker.moment(2_001))


def test_power_that_fails_while_it_restarts_is_a_power_cut() -> None:
    speaker = device(boot_ms=5_000)
    speaker.moment(2_000, ordered("a", Restart()))
    assert speaker.moment(3_000, [PowerLost()]) == []
    assert not speaker.moment(60_000)
    assert of(Booted, [*speaker.moment(61_000, [PowerBack()]), *speaker.moment(66_000)])


def test_a_forged_order_does_nothing_and_the_right_one_under_its_id_does() -> None:
    speaker = device()
    forged = Ordered(Order("a0", None, SetVolume(100), "chữ ký không đúng / altered"))
    assert of(Answer, speaker.moment(2_000, [forged])) == [
        Answer("a0", 2_000, "chữ ký không đúng / altered")
    ]
    assert speaker.volume == FIRST_VOLUME
    assert of(Answer, speaker.moment(3_000, ordered("a", SetVolume(40)))) == [Answer("a0", 3_000)]
    assert speaker.volume == 40
    speaker.moment(4_000, [forged])
    assert speaker.volume == 40


def test_an_order_that_is_too_late_by_its_own_clock_is_refused() -> None:
    speaker = device()
    late = Ordered(Order("a", 5_000, NEWS))
    (answer,) = of(Answer, speaker.moment(4_999, [late]))
    assert answer.refusal is None
    speaker = device()
    speaker.moment(2_000, [ClockSet(3_000)])
    (answer,) = of(Answer, speaker.moment(2_001, [late]))
    assert answer.refusal is not None
    assert answer.at_ms == 5_001


def test_a_sound_is_fetched_before_it_plays_and_withdrawn_before_it_came_is_never_played() -> None:
    speaker = device()
    effects = speaker.moment(2_000, ordered("a", replace(NEWS, sound=SOUND)))
    assert [each.play.item for each in of(Fetch, effects)] == ["news/1"]
    assert [each.item for each in speaker.wanted()] == ["news/1"]
    assert speaker.next_ms() is None
    speaker.moment(2_500, ordered("b", Cancel("news/1")))
    assert speaker.wanted() == []
    assert speaker.moment(2_600, [Fetched("news/1")]) == []
    assert speaker.next_ms() is None


def test_a_sound_that_does_not_come_is_logged_as_failed() -> None:
    speaker = device()
    speaker.moment(2_000, ordered("a", replace(NEWS, sound=SOUND)))
    (entry,) = of(Entry, speaker.moment(2_400, [FetchFailed("news/1", "sha256 differs")]))
    assert (entry.outcome, entry.reason, entry.started_ms) == ("failed", "sha256 differs", 2_400)


def test_a_stream_that_cannot_be_opened_is_silent() -> None:
    speaker = device(stores=False)
    speaker.moment(2_000, ordered("a", replace(NEWS, sound=SOUND)))
    speaker.moment(2_100, [FetchFailed("news/1", "404")])
    (entry,) = of(Entry, speaker.moment(70_000))
    assert (entry.outcome, entry.reason) == ("failed", "404")


def test_an_emergency_cuts_in_and_the_log_has_each_stretch_once() -> None:
    speaker = device()
    effects = speaker.moment(2_000, ordered("a", NEWS))
    effects += speaker.moment(12_000, ordered("b", STORM))
    effects += speaker.moment(200_000)
    entries = of(Entry, effects)
    assert [(e.play.item, e.started_ms, e.ended_ms, e.outcome) for e in entries] == [
        ("news/1", 2_000, 12_000, "cut"),
        ("storm/1", 12_000, 72_000, "played"),
        ("news/1", 72_000, 122_000, "played"),
    ]
    assert [e.sequence for e in entries] == [0, 1, 2]


def test_a_boot_has_another_name_and_counts_anew() -> None:
    speaker = device(boot_ms=20_000)
    effects = speaker.moment(2_000, ordered("a", NEWS))
    effects += speaker.moment(10_000, [PowerLost()])
    assert not speaker.is_up
    effects += speaker.moment(15_000, [PowerBack()])
    assert not speaker.is_up
    assert speaker.next_ms() == 35_000
    effects += speaker.moment(200_000)
    before, after = of(Entry, effects)
    assert (before.boot, before.sequence, before.reason) == ("b1000", 0, "power lost")
    assert (after.boot, after.sequence, after.started_ms) == ("b35000", 0, 35_000)
    assert after.ended_ms - after.started_ms == 60_000 - 8_000  # power_recovery: resume


def test_what_was_due_and_never_begun_is_logged_as_missed() -> None:
    speaker = device()
    speaker.moment(2_000, [PowerLost()])
    speaker.moment(2_500, ordered("a", replace(NEWS, expires_ms=9_000)))
    (entry,) = of(Entry, [*speaker.moment(10_000, [PowerBack()]), *speaker.moment(60_000)])
    assert (entry.outcome, entry.started_ms, entry.ended_ms) == ("missed", 9_000, 9_000)


def test_times_are_told_by_its_own_clock() -> None:
    speaker = device()
    speaker.moment(2_000, [ClockSet(600_000)])
    later = replace(NEWS, at_once=False, not_before_ms=700_000)
    effects = speaker.moment(3_000, ordered("a", later))
    assert speaker.next_ms() == 100_000
    effects += speaker.moment(160_000)
    (ended,) = of(Ended, effects)
    (entry,) = of(Entry, effects)
    assert ended.segment.start == 100_000
    assert entry.started_ms == 700_000


def test_what_is_for_at_once_asks_no_clock_not_even_the_source_systems() -> None:
    source_is_ahead = replace(NEWS, at_once=True, issued_ms=20_000, not_before_ms=20_000)
    began = of(Began, device().moment(5_000, ordered("1", source_is_ahead)))
    assert [each.at_ms for each in began] == [5_000]


def test_stop_ends_what_is_heard_and_keeps_what_is_to_come() -> None:
    speaker = device()
    later = replace(STORM, at_once=False, not_before_ms=50_000)
    effects = speaker.moment(2_000, ordered("a", NEWS, later))
    effects += speaker.moment(3_000, ordered("b", Stop(None)))
    effects += speaker.moment(200_000)
    assert [(e.segment.item, e.segment.reason) for e in of(Ended, effects)] == [
        ("news/1", "cancelled"),
        ("storm/1", "finished"),
    ]


def test_a_schedule_is_replaced_and_withdrawn_but_what_is_begun_goes_on() -> None:
    speaker = device()
    at = [replace(NEWS, item=f"s/{n}", at_once=False, not_before_ms=n * 100_000) for n in (1, 2, 3)]
    speaker.moment(2_000, ordered("a", AddSchedule("s", tuple(at))))
    moved = replace(at[1], not_before_ms=250_000)
    effects = speaker.moment(120_000, ordered("b", AddSchedule("s", (moved,))))
    effects += speaker.moment(400_000)
    assert [(e.segment.item, e.segment.start) for e in of(Ended, effects)] == [
        ("s/1", 100_000),
        ("s/2", 250_000),
    ]
    speaker.moment(410_000, ordered("c", AddSchedule("t", (replace(at[0], item="t/1"),))))
    speaker.moment(411_000, ordered("d", DropSchedule("u"), SetVolume(30)))
    assert speaker.volume == 30
    assert speaker.status(412_000, "4G").playing is not None


def test_it_holds_a_bounded_number_of_plays() -> None:
    speaker = device()
    many = tuple(
        replace(NEWS, item=f"{n}", at_once=False, not_before_ms=10**9) for n in range(1_001)
    )
    (answer,) = of(Answer, speaker.moment(2_000, ordered("a", AddSchedule("s", many))))
    assert answer.refusal is not None
    (answer,) = of(Answer, speaker.moment(2_001, ordered("b", AddSchedule("s", many[:-1]))))
    assert answer.refusal is None


def test_two_happenings_at_a_resolved_instant_are_two_instants() -> None:
    speaker = device()
    effects = speaker.moment(2_000, ordered("a", NEWS))
    effects += speaker.moment(2_000, ordered("b", Cancel("news/1")))
    (ended,) = of(Ended, effects)
    assert (ended.segment.start, ended.segment.end) == (2_000, 2_001)
    assert speaker.volume == FIRST_VOLUME
