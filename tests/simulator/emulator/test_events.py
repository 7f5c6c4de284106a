"""Summaries of several fleets."""

from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from simulator.emulator.events import Summary, together

counts = st.integers(0, 1_000)
summaries = st.builds(
    Summary,
    **{field.name: counts for field in fields(Summary) if field.name != "errors"},
    errors=st.dictionaries(st.sampled_from(["lost", "refused"]), st.integers(1, 9)),
)


@given(st.lists(summaries, max_size=4), summaries)
def test_fleets_together_are_one(some: list[Summary], other: Summary) -> None:
    first = together(some)
    both = together([*some, other])
    assert together([first, other]) == both
    for field in fields(Summary):
        if field.name != "errors":
            counted = getattr(first, field.name) + getattr(other, field.name)
            assert getattr(both, field.name) == counted
    assert both.errors.keys() == first.errors.keys() | other.errors.keys()
    for what, number in both.errors.items():
        assert number == first.errors.get(what, 0) + other.errors.get(what, 0)
