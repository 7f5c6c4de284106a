"""A record on lines of time, and its words."""

from hypothesis import given
from hypothesis import strategies as st

from conformance.record import WHATS, Happening, Record
from reports.findings.conversation import MOST_CHARACTERS, Word, timeline, wire


def record(*lines):
    return Record([Happening(at, what, detail) for at, what, detail in lines])


TALK = record(
    (1_000, "connected", {}),
    (2_000, "told", {"name": "e", "order": "1", "topic": "c", "payload": "play"}),
    (2_100, "said", {"topic": "a", "payload": "yes", "retain": False}),
    (2_100, "answer", {"order": "1"}),
    (3_000, "sounds", {"item": "e", "volume": 80}),
    (4_000, "power-off", {}),
    (4_000, "silent", {"item": "e"}),
    (6_000, "power-on", {}),
    (7_000, "link-off", {}),
    (11_000, "end", {}),
)


def test_every_line_of_time():
    told = timeline(TALK)
    assert told.length_ms == 10_000
    assert {lane.name: (lane.points, lane.spans) for lane in told.lanes} == {
        "orders": ((1_000,), ()),
        "answers": ((1_100,), ()),
        "sound": ((), ((2_000, 3_000),)),
        "power": ((), ((3_000, 5_000),)),
        "link": ((), ((6_000, 10_000),)),
    }


def test_words_with_their_ways():
    words, left_out = wire(TALK, 24)
    assert left_out == 0
    assert words[:3] == [
        Word(0, "-", "connected", ""),
        Word(1_000, ">", "c", "play"),
        Word(1_100, "<", "a", "yes"),
    ]
    assert [word.topic for word in words[3:]] == [
        *("sounds", "power-off", "silent", "power-on", "link-off"),
    ]


def test_of_many_words_the_first_and_the_last_are_told():
    many = record(*((at, "raw", {"topic": "c", "payload": str(at)}) for at in range(100)))
    words, left_out = wire(many, 10)
    assert [word.text for word in words] == ["0", "1", "2", "3", "4", "95", "96", "97", "98", "99"]
    assert left_out == 90


def test_of_many_words_what_was_told_and_what_happened_is_kept_before_what_the_device_repeats():
    states = [(at, "said", {"topic": "s", "payload": str(at)}) for at in range(0, 100, 2)]
    order = (51, "told", {"topic": "c", "payload": "the emergency"})
    words, left_out = wire(record(*states, order, (53, "sounds", {"item": "e"})), 10)
    assert [word.text for word in words] == [
        *("0", "2", "4", "6"),
        *("the emergency", "e"),
        *("92", "94", "96", "98"),
    ]
    assert left_out == 42


def test_a_long_word_is_cut():
    ((word,), _) = wire(record((0, "raw", {"payload": "x" * 300_000})), 10)
    assert word.text == "x" * MOST_CHARACTERS + "…"


def test_where_nobody_listened_there_is_no_line_of_sound():
    told = timeline(record((0, "deaf", {}), (1, "sounds", {"item": "e"}), (2, "end", {})))
    assert "sound" not in {lane.name for lane in told.lanes}


def test_without_a_record_there_are_lines_and_nothing_on_them():
    told = timeline(Record([]))
    assert [(lane.name, lane.points, lane.spans) for lane in told.lanes] == [
        ("orders", (), ()),
        ("answers", (), ()),
    ]
    assert wire(Record([]), 10) == ([], 0)


@given(
    st.lists(
        st.tuples(
            st.integers(-(10**15), 10**15),
            st.sampled_from(WHATS),
            st.fixed_dictionaries({"item": st.sampled_from("ab")}),
        ),
        max_size=30,
    )
)
def test_everything_lies_on_its_line(lines):
    found = record(*lines)
    told = timeline(found)
    for lane in told.lanes:
        assert all(0 <= point <= told.length_ms for point in lane.points)
        assert all(0 <= start <= end <= told.length_ms for start, end in lane.spans)
    words, left_out = wire(found, 10)
    assert len(words) <= 10
    assert left_out >= 0
