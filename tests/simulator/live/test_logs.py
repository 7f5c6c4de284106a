"""Entries that devices made beside those that a source system has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.live.logs import compared, received

names = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9).map(str)), unique=True)


@given(names)
def test_each_once_is_all_right(made):
    found = compared(made, {}, frozenset("abc"), made)
    assert (found.lost, found.doubled, found.invented, found.held) == (0, 0, 0, 0)
    assert found.measurements()["log_lost"].value == (0 if made else None)


@given(names.filter(bool), st.data())
def test_lost_doubled_and_invented_are_counted(made, data):
    one = data.draw(st.sampled_from(made))
    rest = [name for name in made if name != one]
    assert compared(made, {}, frozenset("abc"), rest).lost == 1
    assert compared(made, {}, frozenset("abc"), [*made, one]).doubled == 1
    found = compared(made, {}, frozenset("abc"), [*made, ("d", "0")])
    assert (found.invented, found.measurements()["log_doubled"].value) == (1, 1)


def test_what_a_device_could_not_yet_send_is_not_lost():
    made = [("a", "0"), ("a", "1"), ("b", "0")]
    found = compared(made, {"a": 1, "b": 1}, frozenset("b"), [("a", "0"), ("b", "0")])
    assert (found.held, found.lost, found.measurements()["log_lost"].sample) == (1, 0, 2)
    connected = compared(made, {"a": 1, "b": 1}, frozenset("ab"), [("a", "0"), ("b", "0")])
    assert (connected.held, connected.lost) == (0, 1)


def test_what_the_broker_confirmed_is_lost_though_its_device_is_away():
    found = compared([("a", "0")], {"a": 1}, frozenset(), [])
    assert (found.held, found.lost) == (0, 1)


def test_the_log_of_our_devices_is_read_from_csv():
    exported = "\ufeffdevice_id,began,entry\r\na,x,b1-0\r\nz,x,b1-0\r\na,y,b1-1\r\n"
    assert received(exported, ["a"]) == [("a", "b1-0"), ("a", "b1-1")]
    with pytest.raises(ValueError, match="device_id and entry"):
        received("device,key\r\n", ["a"])
