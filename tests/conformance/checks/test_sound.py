"""What was heard: each question with a yes, a near miss and, where it can be, nothing to say."""

from conformance.checks import sound
from conformance.record import Told

E = Told("emergency", "o1", 1_000, "e")
N = Told("normal", "o2", 0, "n")


def stretch(item, from_ms, until_ms=None, volume=80):
    lines = [(from_ms, "sounds", {"item": item, "volume": volume})]
    return lines + ([(until_ms, "silent", {"item": item})] if until_ms is not None else [])


def test_begins_after(record):
    seen, late_ms = sound.begins_after(record(*stretch("e", 1_720, 5_000)), E)
    assert seen.ok
    assert late_ms == 720
    assert seen.says.en == "emergency: heard after 720 ms"


def test_what_began_before_it_was_told_is_not_its_sound(record):
    seen, late_ms = sound.begins_after(record(*stretch("e", 999, 5_000)), E)
    assert (seen.ok, late_ms) == (False, None)


def test_is_heard_within(record):
    heard = record(*stretch("e", 3_000, 5_000))
    assert sound.is_heard(heard, E, 2_000).ok
    assert not sound.is_heard(heard, E, 1_999).ok


def test_is_heard_between(record):
    heard = record(*stretch("e", 3_000, 5_000))
    assert sound.is_heard_between(heard, E, 4_999, 9_000).ok
    assert not sound.is_heard_between(heard, E, 5_000, 9_000).ok
    assert not sound.is_heard_between(heard, E, 0, 3_000).ok


def test_a_sound_that_has_not_ended_is_heard_to_the_end(record):
    assert not sound.is_silent_between(record(*stretch("e", 3_000)), E, 80_000, 90_000).ok
    assert not sound.is_silent_between(record(*stretch("e", 3_000)), None, 80_000, 90_000).ok
    assert sound.is_silent_between(record(*stretch("n", 3_000)), E, 80_000, 90_000).ok


def test_cuts(record):
    cut = [*stretch("n", 500, 1_500), *stretch("e", 1_500, 4_000), *stretch("n", 4_000, 9_000)]
    assert sound.cuts(record(*cut), E, N).ok


def test_what_sounds_over_another_does_not_cut_it(record):
    over = [*stretch("n", 500, 9_000), *stretch("e", 1_500, 4_000)]
    assert sound.cuts(record(*over), E, N).ok is False


def test_where_nothing_was_to_be_cut_nothing_is_said(record):
    assert sound.cuts(record(*stretch("e", 1_500, 4_000)), E, N).ok is None
    ended = [*stretch("n", 500, 900), *stretch("e", 1_500, 4_000)]
    assert sound.cuts(record(*ended), E, N).ok is None


def test_what_comes_too_late_cuts_nothing(record):
    late = [*stretch("n", 500, 12_000), *stretch("e", 12_000, 14_000)]
    assert sound.cuts(record(*late), E, N).ok is False


def test_waits(record):
    after = [*stretch("e", 1_500, 4_000), *stretch("n", 4_000, 9_000)]
    assert sound.waits(record(*after), N, E).ok
    before = [*stretch("n", 1_000, 1_400), *stretch("e", 1_500, 4_000)]
    assert sound.waits(record(*before), N, E).ok is False
    assert sound.waits(record(*stretch("e", 1_500, 4_000)), N, E).ok is False
    assert sound.waits(record(*stretch("n", 1_500, 4_000)), N, E).ok is None


def test_times_heard(record):
    twice = record(*stretch("e", 2_000, 3_000), *stretch("e", 4_000, 5_000))
    assert sound.times_heard(twice, E, 2).ok
    assert not sound.times_heard(twice, E, 1).ok


def test_lasts(record):
    whole = record(*stretch("e", 2_000, 12_000))
    assert sound.lasts(whole, E, 10_000).ok
    assert sound.lasts(whole, E, 12_000).ok
    assert not sound.lasts(whole, E, 12_001).ok
    in_two = record(*stretch("e", 2_000, 7_000), *stretch("e", 8_000, 12_000))
    assert not sound.lasts(in_two, E, 10_000).ok
    assert not sound.lasts(record(*stretch("e", 2_000)), E, 10_000).ok


def test_has_volume(record):
    heard = record(*stretch("e", 2_000, 3_000, volume=40))
    assert sound.has_volume(heard, E, 40).ok
    assert sound.has_volume(heard, E, 41).ok is False
    assert sound.has_volume(record(*stretch("e", 2_000, 3_000, volume=None)), E, 40).ok is None
    assert sound.has_volume(record(), E, 40).ok is False


def test_all_expected(record):
    due = (0, "due", {"item": "n", "due_ms": 60_000})
    assert sound.all_expected(record(due, *stretch("n", 60_500, 70_000)), 1).ok
    assert sound.all_expected(record(due, *stretch("n", 90_000, 99_000)), 1).ok is False
    assert sound.all_expected(record(due, *stretch("n", 60_500, 70_000)), 2).ok is None
