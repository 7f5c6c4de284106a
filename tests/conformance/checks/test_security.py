"""Records of security cases, as they go where something is open, weak, or does not answer."""

import pytest

from conformance.case import judged
from conformance.cases import CASES
from conformance.record import Happening, Record


def record_of(*lines):
    """Tries by their names with what became of them, one second after the other."""
    fleet = {"devices": ["a", "b"], "communes": ["1", "2"], "connected": ["a"], "profiles": []}
    found = [Happening(0, "fleet", fleet)]
    for number, (name, answer) in enumerate(lines, 1):
        order, begun_ms = f"k-{number}", 1_000 * number
        told = {"name": name, "order": order, "payload": "{}"}
        after_ms = answer.get("after_ms", 5)
        found += [
            Happening(begun_ms, "told", told),
            Happening(begun_ms + after_ms, "answer", {"order": order, **answer}),
        ]
    return Record([*found, Happening(10**6, "end")])


def done(said=None, **more):
    return {"refusal": None, "said": said, **more}


def no(status=401, **more):
    return {"refusal": "no", "status": status, **more}


def judge(case, record):
    return {name: each.ok for name, each in judged(CASES[case], record).items()}


def guesses(last=None, at_once=None, later=(), number=1):
    names = [f"wrong {number}" for number in range(1, 11)]
    lines = [("right before", done()), *((name, no()) for name in names)]
    if last is not None:
        lines[-number:] = [(name, last) for name in names[-number:]]
    return record_of(*lines, ("right at once", at_once or done()), *later)


def late(record):
    """The same, where the harness itself noted its instants a second late."""
    return Record([*record.happenings, Happening(10**6, "late", {"worst_ms": 1_000})])


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (guesses(), (True, False, True)),
        (guesses(at_once=no()), (True, True, None)),
        (guesses(at_once=no(), later=[("right later", no())]), (True, True, False)),
        (guesses(at_once=no(), later=[("right later", done())]), (True, True, True)),
        (guesses(last=no(429)), (True, True, True)),
        (guesses(last=no(after_ms=2_900)), (True, False, True)),
        (guesses(last=no(after_ms=2_900), number=3), (True, True, True)),
        (late(guesses(last=no(after_ms=2_900), number=3)), (True, False, True)),
        (guesses(at_once=no(0), later=[("right later", done())]), (True, None, None)),
        (guesses(last=done()), (False, False, True)),
        (guesses(last=no(503)), (False, False, True)),
    ],
)
def test_guessing(record, expected):
    assert tuple(judge("source-security-guessing", record).values()) == expected


def addresses(http, mqtt=None, old=None, certificate=None):
    lines, old, certificate = [], old or no(1), certificate or done()
    for where, said in (("http", http), ("mqtt", mqtt)):
        lines.append((f"{where}: address", no(None) if said is None else done(said)))
        lines.append((f"{where}: certificate", certificate))
        lines += [(f"{where}: TLS {version}", old) for version in ("1.0", "1.1")]
    return record_of(*lines)


TLS, CLEAR = {"tls": True, "loopback": False}, {"tls": False, "loopback": False}
HERE = {"tls": False, "loopback": True}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (addresses(TLS, TLS), (True, True, True)),
        (addresses(TLS), (True, True, True)),
        (addresses(TLS, CLEAR), (False, True, True)),
        (addresses(HERE, HERE), (None, None, None)),
        (addresses(TLS, HERE), (None, True, True)),
        (addresses(TLS, TLS, old=done("TLS 1.0")), (True, False, True)),
        (addresses(TLS, TLS, old=no(0)), (True, None, True)),
        (addresses(TLS, TLS, certificate=no(1)), (True, True, False)),
        (addresses(TLS, TLS, certificate=no(0)), (True, True, None)),
        (addresses(None), (None, None, None)),
    ],
)
def test_addresses(record, expected):
    assert tuple(judge("source-security-tls", record).values()) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (done([["127.0.0.1", 80, True]]), True),
        (done([["127.0.0.1", 80, True], ["0.0.0.0", 5432, False]]), False),
        (done([]), None),
        (no(None), None),
    ],
)
def test_ports(said, expected):
    found = judge("source-security-ports", record_of(("ports", said)))
    assert found == {"source-no-other-ports": expected}


def test_who_else_left_was_disturbed():
    lines = [(what, no(413)) for what in ("announced", "sent", "nested", "header", "not-http")]
    quiet = record_of(*lines)
    assert set(judge("source-security-too-much", quiet).values()) == {True}
    left = Happening(3_000, "left", {"devices": [1], "at_ms": [0]})
    cut = Happening(2_000, "link-off", {"devices": ["b"]})
    found = judge("source-security-too-much", Record([*quiet.happenings, left]))
    assert found == {"source-bears-too-much": True, "source-others-stay": False}
    ours = judge("source-security-too-much", Record([*quiet.happenings, left, cut]))
    assert ours["source-others-stay"] is True
    hung = record_of(*lines[1:], ("announced", done("left open")))
    assert judge("source-security-too-much", hung)["source-bears-too-much"] is False
