"""The splitter of MQTT packets: any pieces give the same packets, and a bad one ends them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.mutants.proxies import frames
from conformance.mutants.proxies.frames import BadFrame, Frame, Publish, Splitter

TOPICS = st.text(st.characters(exclude_characters="+#\0", exclude_categories=["Cs"]), min_size=1)
NUMBERS = st.integers(1, 65_535)
PUBLISHES = st.one_of(
    st.builds(Publish, TOPICS, st.binary(), retain=st.booleans()),
    st.builds(
        Publish,
        TOPICS,
        st.binary(),
        qos=st.sampled_from([1, 2]),
        retain=st.booleans(),
        number=NUMBERS,
        again=st.booleans(),
    ),
)
OTHERS = st.builds(
    Frame,
    st.sampled_from([0x10, 0x20, 0x40, 0x50, 0x62, 0x70, 0x82, 0x90, 0xA2, 0xB0, 0xC0, 0xD0, 0xE0]),
    st.binary(max_size=300),
)
FRAMES = st.lists(st.one_of(OTHERS, st.builds(Publish.frame, PUBLISHES)), max_size=8)


def split(pieces):
    splitter, found = Splitter(), []
    for piece in pieces:
        found += splitter.feed(piece)
    return found


def pieces_of(content, cuts):
    at = sorted({0, len(content), *(cut % (len(content) + 1) for cut in cuts)})
    return [content[begin:end] for begin, end in pairwise(at)]


@given(FRAMES, st.lists(st.integers(0, 10_000)))
def test_any_pieces_give_the_same_packets(some, cuts):
    content = b"".join(each.written() for each in some)
    assert split(pieces_of(content, cuts)) == some


@given(PUBLISHES)
def test_a_message_is_read_as_it_was_written(publish):
    assert frames.publish_in(publish.frame()) == publish


@pytest.mark.parametrize("size", [0, 127, 128, 16_383, 16_384, frames.MOST_BYTES])
def test_lengths_of_one_to_three_bytes(size):
    frame = Frame(0x30, b"x" * size)
    assert split([frame.written()]) == [frame]


@given(FRAMES, st.lists(st.integers(0, 10_000)))
def test_what_stands_before_a_bad_packet_is_told_first(some, cuts):
    content = b"".join(each.written() for each in some) + b"\x00\x00"
    splitter, found = Splitter(), []

    def feed():
        for piece in pieces_of(content, cuts):
            for frame in splitter.feed(piece):
                found.append(frame)  # noqa: PERF402 - what comes before it raises is kept

    with pytest.raises(BadFrame):
        feed()
    assert found == some


@given(st.binary(max_size=40))
def test_nonsense_is_refused_in_one_line_or_waits_for_more(content):
    why = ""
    try:
        for frame in split([content]):
            if frame.kind == frames.PUBLISH:
                frames.publish_in(frame)
            if frame.kind == frames.CONNECT:
                frames.client_in(frame)
    except BadFrame as bad:
        why = str(bad)
    assert "\n" not in why


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x00\x00", "reserved type 0"),
        (b"\xf0\x00", "reserved type 15"),
        (b"\x80\x00", "flags 0000"),
        (b"\x36\x00", "flags 0110"),
        (b"\x38\x00", "flags 1000"),
        (b"\x10\xff\xff\xff\xff\x01", "more than four bytes"),
        (b"\x10\x80\x00", "longer than it need be"),
        (b"\x10\xff\xff\xff\x7f", "268,435,455 bytes"),
    ],
)
def test_what_is_no_packet(content, why):
    with pytest.raises(BadFrame, match=why):
        split([content])


@pytest.mark.parametrize(
    "body", [b"", b"\x00", b"\x00\x05abc", b"\x00\x00", b"\x00\x02a#", b"\x00\x01\xff"]
)
def test_what_is_no_topic(body):
    with pytest.raises(BadFrame, match="topic"):
        frames.publish_in(Frame(0x30, body))


@pytest.mark.parametrize("rest", [b"", b"\x01", b"\x00\x00"])
def test_a_message_without_its_number(rest):
    with pytest.raises(BadFrame, match="packet id"):
        frames.publish_in(Frame(0x32, b"\x00\x01a" + rest))


def test_who_connects():
    body = b"\x00\x04MQTT\x04\x02\x00\x3c\x00\x05loa-1"
    assert frames.client_in(Frame(0x10, body)) == "loa-1"
    with pytest.raises(BadFrame, match=r"3\.1\.1"):
        frames.client_in(Frame(0x10, body.replace(b"MQTT\x04", b"MQTT\x05")))


def test_acknowledgements():
    assert frames.acknowledged(frames.acknowledgement(513)) == 513
    assert frames.acknowledgement(513).written() == b"\x40\x02\x02\x01"
    with pytest.raises(BadFrame, match="PUBACK"):
        frames.acknowledged(Frame(0x40, b"\x00\x01\x02"))
