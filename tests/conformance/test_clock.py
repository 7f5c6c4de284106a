"""The offset of a device's clock: never surer than what was said, and unknown where that is not."""

from hypothesis import given
from hypothesis import strategies as st

from conformance.clock import BY_DEVICE_TIME, Offset, offset
from conformance.record import Happening, Record
from conformance.suites import CHECKS

NOW_MS = 1_798_740_000_000


def talk(said):
    """Orders told and answered: when each was, after now, and the instant that the device said."""
    for number, (told_ms, answered_ms, own_ms) in enumerate(said):
        order = {"order": f"o{number}"}
        yield Happening(NOW_MS + told_ms, "told", {"name": "x", **order})
        yield Happening(NOW_MS + answered_ms, "answer", {**order, "own_ms": own_ms})


@given(
    st.integers(-10_000_000, 10_000_000),
    st.lists(
        st.tuples(st.integers(0, 600_000), st.integers(0, 3_000), st.integers(0, 3_000)), min_size=1
    ),
    st.sampled_from([1, 1_000]),
)
def test_the_true_offset_is_within_the_uncertainty(off_ms, trips, unit_ms):
    found = offset(
        Record(
            list(
                talk(
                    (
                        at_ms,
                        at_ms + there_ms + back_ms,
                        (NOW_MS + at_ms + there_ms + off_ms) // unit_ms * unit_ms,
                    )
                    for at_ms, there_ms, back_ms in trips
                )
            )
        )
    )
    assert found is not None
    assert abs(found.ms - off_ms) <= found.uncertainty_ms + 1
    assert found.uncertainty_ms <= 2_000 + min(there + back for _, there, back in trips)


def test_a_clock_that_jumps_has_no_offset():
    assert offset(Record(list(talk([(0, 40, NOW_MS), (9_000, 9_040, NOW_MS)])))) is None


def test_who_says_no_instant_has_no_offset():
    answers = [*talk([(0, 40, None)])]
    reports = [Happening(NOW_MS, "status", {"own_ms": NOW_MS})]
    for happenings in ([], answers, reports):
        assert offset(Record(happenings)) is None


def test_an_example():
    record = Record(list(talk([(0, 100, NOW_MS + 5_000)])))
    assert offset(record) == Offset(ms=5_200, uncertainty_ms=800, samples=1)


def test_what_compares_clocks_are_checks():
    assert set(CHECKS) >= BY_DEVICE_TIME
