"""The play log beside what was heard."""

import pytest

from conformance.checks import log
from conformance.record import Told

TOLD = Told("play", "o", 0, "p")
SOUND = [(1_000, "sounds", {"item": "p", "volume": 80}), (9_000, "silent", {"item": "p"})]


def entry(sequence=0, started_ms=500, ended_ms=9_000, outcome="played", boot="b"):
    said = {"item": "p", "boot": boot, "sequence": sequence, "outcome": outcome}
    return (9_100, "entry", {**said, "started_ms": started_ms, "ended_ms": ended_ms})


def test_a_true_entry(record):
    assert log.tells_what_was_heard(record(*SOUND, entry()), TOLD).ok


@pytest.mark.parametrize(
    "wrong",
    [
        {"started_ms": 3_001},
        {"ended_ms": 11_001},
        {"started_ms": 500 + 25_200_000, "ended_ms": 9_000 + 25_200_000},
        {"outcome": "missed"},
    ],
)
def test_an_entry_that_is_not(record, wrong):
    assert log.tells_what_was_heard(record(*SOUND, entry(**wrong)), TOLD).ok is False


def test_no_entry_and_one_too_many(record):
    assert log.tells_what_was_heard(record(*SOUND), TOLD).ok is False
    assert log.tells_what_was_heard(record(*SOUND, entry(), entry(1)), TOLD).ok is False


def test_of_silence_nothing_can_be_said_but_that_the_log_claims_it_was_heard(record):
    assert log.tells_what_was_heard(record(), TOLD).ok is None
    assert log.tells_what_was_heard(record(entry(outcome="missed")), TOLD).ok is True
    assert log.tells_what_was_heard(record(entry()), TOLD).ok is False


def test_silence_is_not_told_as_played(record):
    assert log.claims_no_sound(record(entry(outcome="missed")), TOLD).ok
    assert log.claims_no_sound(record(), TOLD).ok
    assert log.claims_no_sound(record(entry()), TOLD).ok is False
    assert log.claims_no_sound(record(*SOUND), TOLD).ok is None


def test_after_an_outage(record):
    filled = record(*SOUND, entry())
    heard = filled.heard("p")
    assert log.is_whole(filled, heard).ok
    assert log.has_true_times(filled, heard).ok
    assert log.has_each_once(filled, heard).ok
    assert log.is_whole(record(*SOUND), heard).ok is False
    assert log.has_true_times(record(*SOUND, entry(started_ms=60_000)), heard).ok is False
    assert log.has_each_once(record(*SOUND, entry(), entry(1)), heard).ok is False


def test_the_same_entry_that_arrives_again_is_one(record):
    again = record(*SOUND, entry(), entry())
    assert log.has_each_once(again, again.heard("p")).ok


def test_without_entries_neither_times_nor_doubles_can_be_told(record):
    empty = record(*SOUND)
    assert log.has_true_times(empty, empty.heard("p")).ok is None
    assert log.has_each_once(empty, empty.heard("p")).ok is None
