"""Captures as files, and the streams in them, however packets are cut, doubled and mixed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.packets import MOST_FRAME_BYTES, Packet, read, segment, streams, written
from tests.conformance.frames import BROKER, DEVICE, conversation, frame

PIECES = st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=8)


@given(st.lists(st.tuples(st.integers(0, 2**50), st.binary(max_size=60)), max_size=5))
def test_a_file_gives_back_what_was_written(some):
    packets = [Packet(at_us, content) for at_us, content in some]
    assert read(written(packets)) == packets


@given(st.binary(max_size=80), st.integers(0, 200), st.integers(0, 200))
def test_a_strange_file_is_refused_in_one_line_or_is_what_it_says(noise, start, length):
    whole = written([Packet(5, b"x" * 20), Packet(6, b"y")])
    for content in (noise, whole[:start] + noise + whole[start + length :]):
        refused = []
        try:
            found = read(content)
        except ValueError as error:
            refused.append(str(error))
        if not refused:
            assert written(found)[24:] == content[24:]
        assert "\n" not in "".join(refused)


def test_a_packet_longer_than_the_file_is_refused():
    whole = bytearray(written([Packet(0, b"x" * 20)]))
    whole[32:40] = MOST_FRAME_BYTES.to_bytes(4, "little") * 2
    with pytest.raises(ValueError, match="not as long"):
        read(bytes(whole))


@given(PIECES, st.randoms(use_true_random=False), st.integers(0, 2**32 - 1))
def test_a_stream_is_whole_in_any_order_and_with_packets_twice(pieces, random, first):
    greeting, *others = conversation(DEVICE, BROKER, pieces, first)
    others += random.sample(others, len(others) // 2)
    random.shuffle(others)
    (stream,) = streams([greeting, *others])
    assert stream.is_whole
    assert (stream.source, stream.target) == (DEVICE, BROKER)
    assert bytes(stream.stretches[0].content) == b"".join(pieces)


@given(PIECES, PIECES)
def test_a_gap_divides_a_stream(before, after):
    packets = conversation(DEVICE, BROKER, [*before, b"lost", *after])
    del packets[1 + len(before)]
    (stream,) = streams(packets)
    assert [bytes(each.content) for each in stream.stretches] == [b"".join(before), b"".join(after)]
    assert not stream.is_whole


def test_a_stream_without_its_beginning_is_not_whole():
    (stream,) = streams(conversation(DEVICE, BROKER, [b"ab", b"cd"])[1:])
    assert bytes(stream.stretches[0].content) == b"abcd"
    assert not stream.is_whole


def test_a_connection_after_another_is_one_of_its_own():
    first = conversation(DEVICE, BROKER, [b"ab"])
    again = conversation(DEVICE, BROKER, [b"cd"], first=9_000)
    assert [bytes(e.stretches[0].content) for e in streams([*first, *again])] == [b"ab", b"cd"]


@given(st.binary(max_size=120), st.integers(0, 80), st.binary(max_size=6))
def test_no_frame_is_too_strange(noise, at, change):
    good = frame(DEVICE, BROKER, 7, b"payload")
    for content in (noise, good[:at] + change + good[at + len(change) :], good[:at]):
        one = segment(content)
        assert one is None or one.at + one.size <= len(content)
        streams([Packet(0, content)] * 2)
