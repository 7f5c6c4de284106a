"""The system's time: it follows the machine's clock, but never back."""

from hypothesis import given
from hypothesis import strategies as st

from reference_system.services.timekeeping import MOST_STEPS, STEP_MS, Timekeeper, may_be

NOW_MS = 1_789_129_200_000
HOUR_MS = 3_600_000


class Machine:
    """Its clock, and what is counted since it started."""

    def __init__(self) -> None:
        self.wall, self.counted = NOW_MS, 5_000
        self.keeper = Timekeeper(lambda: self.wall, lambda: self.counted)

    def passes(self, ms: int, set_by: int = 0) -> int:
        """So much time passes while the clock is set; the system's time then."""
        self.wall += ms + set_by
        self.counted += ms
        return self.keeper()


def told(machine: Machine) -> list[tuple[int, bool]]:
    return [(step.ahead_ms, step.followed) for step in machine.keeper.steps()]


def test_a_clock_that_nobody_sets_is_followed() -> None:
    machine = Machine()
    assert [machine.passes(ms) for ms in (0, 1, HOUR_MS)] == [NOW_MS, NOW_MS + 1, machine.wall]
    assert (told(machine), machine.keeper.off_ms) == ([], 0)


def test_a_clock_set_forward_is_followed_and_told() -> None:
    machine = Machine()
    assert machine.passes(1_000, HOUR_MS) == NOW_MS + 1_000 + HOUR_MS
    machine.passes(1_000)
    assert (told(machine), machine.keeper.off_ms) == ([(HOUR_MS, True)], 0)


def test_a_clock_set_back_is_not_followed_until_it_agrees_again() -> None:
    machine = Machine()
    assert machine.passes(1_000, -HOUR_MS) == NOW_MS + 1_000
    assert machine.passes(1_000) == NOW_MS + 2_000
    assert machine.keeper.off_ms == -HOUR_MS
    assert machine.passes(1_000, HOUR_MS) == NOW_MS + 3_000
    assert machine.keeper.off_ms == 0
    assert told(machine) == [(-HOUR_MS, False), (0, True)]
    assert [step.number for step in machine.keeper.steps()] == [1, 2]


def test_only_the_last_steps_are_remembered() -> None:
    machine = Machine()
    for _ in range(MOST_STEPS + 50):
        machine.passes(1_000, HOUR_MS)
    numbers = [step.number for step in machine.keeper.steps()]
    assert numbers == list(range(51, MOST_STEPS + 51))


def test_a_year_that_cannot_be_is_not_followed() -> None:
    for set_by in (-NOW_MS, 100 * 366 * 24 * HOUR_MS):
        machine = Machine()
        assert machine.passes(1_000, set_by) == NOW_MS + 1_000
        assert told(machine) == [(set_by, False)]


def test_a_machine_that_starts_in_1970_is_put_right() -> None:
    machine = Machine()
    machine.wall = 1_000
    machine.keeper = Timekeeper(lambda: machine.wall, lambda: machine.counted)
    assert not may_be(machine.keeper())
    assert machine.passes(1_000, NOW_MS) == NOW_MS + 2_000


def test_a_little_back_is_waited_for() -> None:
    machine = Machine()
    machine.passes(10_000)
    assert [machine.passes(1_000, -1_500), machine.passes(1_000)] == [
        NOW_MS + 10_000,
        NOW_MS + 10_500,
    ]
    assert told(machine) == []


MOVES = st.tuples(st.integers(0, HOUR_MS), st.integers(-2 * NOW_MS, 2 * NOW_MS) | st.just(0))


@given(st.lists(MOVES))
def test_it_never_goes_back_and_always_goes_on(moves: list[tuple[int, int]]) -> None:
    machine = Machine()
    before, counted = machine.keeper(), machine.counted
    for ms, set_by in moves:
        now = machine.passes(ms, set_by)
        assert may_be(now) or not may_be(before)
        assert now >= before + machine.counted - counted - STEP_MS
        assert now >= before
        before, counted = now, machine.counted


@given(st.lists(MOVES))
def test_what_it_says_of_the_clock_is_true(moves: list[tuple[int, int]]) -> None:
    machine = Machine()
    for ms, set_by in moves:
        now = machine.passes(ms, set_by)
        assert abs(machine.wall - now - machine.keeper.off_ms) <= 2 * STEP_MS
