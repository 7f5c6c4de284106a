"""Packets as witnesses: they contradict a record that says what was not on the wire."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from conformance import witness
from conformance.packets import written
from conformance.record import Happening, Record
from conformance.traffic import Captured, PathRecord, Traffic
from conformance.trial import Trial
from conformance.verdicts import Lifecycle
from tests.conformance.frames import BROKER, DEVICE, conversation

TOLD = b'2\x30\x00\x07ttcs/cm\x00\x01{"Id":"o-1"}'
SAID = b'2\x30\x00\x07ttcs/an\x00\x01{"an":"o-1"}'
RECORD = (
    Happening(1, "told", {"name": "x", "order": "o-1", "topic": "cmd", "payload": '{"Id":"o-1"}'}),
    Happening(2, "said", {"topic": "ans", "payload": '{"an":"o-1"}', "retain": False}),
    Happening(2, "answer", {"order": "o-1", "own_ms": 2}),
)


def asked(record=RECORD, to=(TOLD,), by=(SAID,), tls=False, drop=0, **changed):
    packets = [*conversation(BROKER, DEVICE, to), *conversation(DEVICE, BROKER, by)][drop:]
    captured = Captured(written(packets), len(packets), "lo", "tcp", 0, 0, 0)
    captured = replace(captured, **changed)
    passed = Traffic(PathRecord(), captured, None, BROKER)
    trial = Trial("c", Lifecycle.FINISHED, Record(record), True, True, traffic=passed)
    bench = SimpleNamespace(facts={"tls": tls})
    evidence = SimpleNamespace(plan=SimpleNamespace(bench=bench), trials={"c": trial})
    (found,) = witness.testimonies(evidence)
    return found


def test_what_was_on_the_wire_is_borne_out_also_in_pieces():
    for to in ((TOLD,), (TOLD[:30], TOLD[30:])):
        found = asked(to=to)
        assert (found.seen, found.of, found.contradicts) == (2, 2, False)


@pytest.mark.parametrize("lacking", [{"to": (b"\xd0\x00",)}, {"by": (b"\xc0\x00",)}])
def test_what_was_not_contradicts(lacking):
    found = asked(**lacking)
    assert (found.seen, found.of, found.contradicts) == (1, 2, True)
    assert len(found.missing) == 1


def test_the_direction_counts():
    assert asked(to=(SAID,), by=(TOLD,)).seen == 0


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"tls": True}, "encrypted"),
        ({"by": (b"x",), "lost": 1}, "incomplete"),
        ({"by": (b"x",), "left_out": 1}, "incomplete"),
        ({"to": (b"x",), "drop": 1}, "incomplete"),
    ],
)
def test_it_does_not_tell_more_than_it_knows(given, why):
    found = asked(**given)
    assert (found.why_not, found.contradicts) == (why, False)


def test_a_gap_in_one_direction_hides_nothing_of_the_other():
    """Seen under load: a device resets a connection under an oversized message."""
    found = asked(to=(TOLD,), by=(b"\xc0\x00",), drop=1)
    assert (found.why_not, found.contradicts, len(found.missing)) == (None, True, 1)
    found = asked(to=(b"\xd0\x00",), by=(b"\xc0\x00",), drop=1)
    assert (found.contradicts, found.seen) == (True, 0)
    assert [each.split()[1] for each in found.missing] == ["←"]


def test_what_nobody_answered_was_kept_from_before_or_is_no_text_is_not_asked_for():
    others = (
        Happening(3, "told", {"name": "y", "order": "o-2", "topic": "cmd", "payload": "{}"}),
        Happening(3, "said", {"topic": "ans", "payload": "old", "retain": True}),
        Happening(3, "said", {"topic": "ans", "payload": "\\xff", "retain": False}),
    )
    assert asked((*RECORD, *others)).of == 2
