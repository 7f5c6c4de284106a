"""When bytes come out of a link: order, rate, delay, and what a lost packet costs."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.live.impairment.course import (
    MOST_WINDOW_BYTES,
    PACKET_BYTES,
    Course,
    Line,
)
from simulator.live.impairment.draws import Draws
from simulator.live.impairment.link import Link, Way, about

WAYS = st.builds(
    Way,
    delays_ms=st.sampled_from([about(0), about(20, 20), (1, 1, 2, 900)]),
    loss_per_million=st.sampled_from([0, 10_000, 400_000]),
    loss_run_packets=st.sampled_from([0, 4]),
    rate_bytes_per_s=st.sampled_from([None, 1_000, 250_000]),
    corrupt_per_million=st.sampled_from([0, 300_000]),
)
ROUNDING_S = 1e-9
SENT = st.lists(st.tuples(st.floats(0, 0.5), st.integers(1, 20_000)), max_size=30)


def course(way: Way, key: int = 1, **more: int) -> Course:
    line = None if way.rate_bytes_per_s is None else Line(way.rate_bytes_per_s)
    return Course(Link("l", up=way, down=way, **more), way, line, Draws(key))


@given(WAYS, st.integers(0, 99), SENT)
def test_order_rate_and_delay_hold(way, key, sent):
    on_the_way, now_s, sizes, due = course(way, key), 0.0, 0, []
    for wait_s, size in sent:
        now_s += wait_s
        sizes += size
        piece = on_the_way.send(b"x" * size, now_s)
        due.append(piece.due_s)
        assert piece.due_s >= now_s + way.delays_ms[0] / 1_000 - ROUNDING_S
        if way.rate_bytes_per_s:
            assert piece.due_s >= sizes / way.rate_bytes_per_s - ROUNDING_S
    due.append(on_the_way.end("fin", now_s).due_s)
    assert due == sorted(due)


@given(WAYS, st.integers(0, 99), SENT)
def test_the_same_key_gives_the_same_times(way, key, sent):
    first, second = course(way, key), course(way, key)
    for _, size in sent:
        assert first.send(b"x" * size, 0.0) == second.send(b"x" * size, 0.0)


def test_a_full_line_is_as_fast_as_its_rate():
    on_the_way = course(Way(rate_bytes_per_s=10_000))
    due = [on_the_way.send(b"x" * 500, 0.0).due_s for _ in range(10)]
    assert due == pytest.approx([0.05 * turn for turn in range(1, 11)])


def test_a_line_that_was_idle_saves_nothing_up():
    on_the_way = course(Way(rate_bytes_per_s=10_000))
    assert on_the_way.send(b"x" * 500, 100.0).due_s == pytest.approx(100.05)
    assert not on_the_way.send(b"x", 101.0).queued


def test_a_lone_lost_packet_waits_for_the_timer_and_many_for_a_round_trip():
    way = Way(about(50), loss_per_million=20_000)
    lone = course(way)
    waits = {round(lone.send(b"x", turn * 100.0).due_s - turn * 100.0, 3) for turn in range(3_000)}
    assert {0.05, 0.35} <= waits  # the delay; with a round trip of 0.1 s and 0.2 s more before it
    assert waits <= {0.05, 0.35, 0.95, 2.15}  # each timer twice as long as the one before
    many = course(way)
    waits = {
        round(many.send(b"x" * 20 * PACKET_BYTES, turn * 100.0).due_s - turn * 100.0, 3)
        for turn in range(300)
    }
    assert {0.05, 0.15} <= waits


def test_to_tcp_damage_is_loss():
    damaged, lossy = course(Way(corrupt_per_million=10_000)), course(Way(loss_per_million=10_000))
    for turn in range(1_000):
        assert damaged.send(b"x", turn) == lossy.send(b"x", turn)


def test_the_first_packet_is_sent_again_after_1_and_2_s():
    lossy = course(Way(about(50), loss_per_million=300_000))
    waits = {round(lossy.first_packet_s(), 3) for _ in range(300)}
    assert {0.05, 1.05, 3.05} <= waits


def test_what_may_be_under_way():
    assert course(Way()).window_bytes == MOST_WINDOW_BYTES
    assert course(Way(about(300), rate_bytes_per_s=100_000)).window_bytes == 50_000
    assert course(Way(rate_bytes_per_s=8_000)).window_bytes == 8 * 1_024


def test_a_slow_close_comes_later_than_the_last_byte():
    slow = course(Way(about(10)), close_delay_ms=500)
    last = slow.send(b"x", 0.0)
    assert slow.end("fin", 0.0).due_s == pytest.approx(last.due_s + 0.5)


def test_devices_with_one_line_share_its_rate():
    way, line = Way(rate_bytes_per_s=10_000), Line(10_000)
    both = [Course(Link("l", way, way), way, line, Draws(key)) for key in (1, 2)]
    due = [each.send(b"x" * 1_000, 0.0).due_s for _ in range(3) for each in both]
    assert [round(b - a, 6) for a, b in pairwise(due)] == [0.1] * 5
