"""Answers, returns and the news of a loss."""

from conformance.checks import presence
from conformance.record import Told

SESSION = (0, "session", {"will": True, "will_retained": True})


def told(name, order, at_ms):
    return (at_ms, "told", {"name": name, "order": order, "item": None})


def answer(order, at_ms):
    return (at_ms, "answer", {"order": order, "refusal": None})


def test_answered_once(record):
    lines = [told("a", "o1", 0), told("b", "o2", 100), answer("o1", 40), answer("o2", 190)]
    seen = presence.answered_once(record(*lines), ("a", "b"))
    assert seen.ok
    assert seen.measured.values_ms == (40, 90)


def test_no_answer_and_two(record):
    lines = [told("a", "o1", 0), answer("o1", 40), answer("o1", 50)]
    assert not presence.answered_once(record(*lines), ("a",)).ok
    assert not presence.answered_once(record(told("a", "o1", 0)), ("a",)).ok


def test_return_to_sound(record):
    order = Told("e", "o", 500, "e")
    heard = (9_000, "sounds", {"item": "e", "volume": 80})
    lines = [(4_000, "link-on", {}), (6_000, "connected", {})]
    assert presence.return_to_sound(record(*lines, heard), order).measured.values_ms == (3_000,)
    assert presence.return_to_sound(record(*lines), order).ok is False
    assert presence.return_to_sound(record(lines[0], heard), order).ok is False


def broker(*returns_ms):
    for number, late_ms in enumerate(returns_ms):
        began_ms = number * 100_000
        yield (began_ms, "broker-off", {})
        yield (began_ms + 5_000, "broker-on", {})
        if late_ms is not None:
            yield (began_ms + 5_000 + late_ms, "connected", {})
    yield (900_000, "end", {})


def test_time_to_return(record):
    seen = presence.time_to_return(record(*broker(2_000, 7_000)))
    assert seen.measured.values_ms == (2_000, 7_000)
    assert presence.time_to_return(record(*broker(2_000, None))).ok is False
    assert presence.time_to_return(record()).ok is False


def test_returns_differ(record):
    assert presence.returns_differ(record(*broker(2_000, 2_050, 2_100))).ok
    assert presence.returns_differ(record(*broker(2_000, 2_050, 2_099))).ok is False
    assert presence.returns_differ(record(*broker(2_000, 9_000))).ok is None


def test_loss_is_told(record):
    cut, gone = (1_000, "link-off", {}), (91_000, "presence", {"online": False})
    assert presence.loss_is_told(record(SESSION, cut, gone)).ok
    assert presence.loss_is_told(record(SESSION, cut)).ok is False
    not_kept = (0, "session", {"will": True, "will_retained": False})
    assert presence.loss_is_told(record(not_kept, cut, gone)).ok is False
    assert presence.loss_is_told(record(cut, gone)).ok is None
