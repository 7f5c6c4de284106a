"""Turns come in the order of asking."""

import threading
import time

import pytest

from reference_system.store.turns import Turns


def test_who_asks_again_at_once_comes_after_those_who_wait():
    turns, order = Turns(), []

    def take(name):
        with turns.turn(30):
            order.append(name)

    for round_number in range(50):
        with turns.turn(30):
            others = [threading.Thread(target=take, args=(n,)) for n in range(3)]
            for number, thread in enumerate(others, start=1):
                thread.start()
                while turns.waiting < number:
                    time.sleep(0.0005)
        take("again")
        for thread in others:
            thread.join()
        assert order[round_number * 4 :] == [0, 1, 2, "again"]


def test_one_at_a_time():
    turns, inside, most = Turns(), 0, 0

    def work():
        nonlocal inside, most
        for _ in range(200):
            with turns.turn(30):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, inside) == (1, 0)


def test_impatience_leaves_the_queue_in_order():
    turns, got = Turns(), []

    def wait(name, patience_s):
        try:
            with turns.turn(patience_s):
                got.append(name)
        except TimeoutError:
            got.append(f"{name} left")

    with turns.turn(1):
        first = threading.Thread(target=wait, args=("first", 0.05))
        first.start()
        first.join()
        second = threading.Thread(target=wait, args=("second", 5))
        second.start()
    second.join()
    with turns.turn(1):
        got.append("third")
    assert got == ["first left", "second", "third"]


def test_a_turn_that_comes_as_patience_ends_is_passed_on(monkeypatch):
    class TooLate(threading.Event):
        def wait(self, timeout=None):
            super().wait(timeout)
            return False

    turns, left = Turns(), []

    def wait():
        with pytest.raises(TimeoutError), turns.turn(30):
            left.append("had its turn")
        left.append("left")

    waits = threading.Thread(target=wait)
    monkeypatch.setattr(threading, "Event", TooLate)
    with turns.turn(1):
        waits.start()
        while turns.waiting < 1:
            time.sleep(0.0005)
    waits.join()
    monkeypatch.undo()
    with turns.turn(0.1):
        pass
    assert left == ["left"]


def test_a_turn_that_raises_is_passed_on():
    turns = Turns()
    with pytest.raises(KeyError), turns.turn(1):
        raise KeyError
    with turns.turn(0.1):
        pass
