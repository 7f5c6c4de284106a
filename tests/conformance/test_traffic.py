"""What a bundle keeps of what passed: read back as it was, and nothing else is taken for it."""

import json
from dataclasses import replace

import pytest

from conformance import traffic
from conformance.packets import Packet, written
from conformance.traffic import Captured, Connection, Pass, PathRecord, Traffic

PCAP = written([Packet(1, b"abc")])


def passed(**changed):
    record = PathRecord()
    number = record.opened("broker", 10)
    record.passed(number, 11, "from-device", 5)
    record.passed(number, 12, "to-device", 7)
    record.closed(number, 13)
    captured = Captured(PCAP, 1, "lo", "tcp", blanked=1, left_out=0, lost=0)
    return replace(Traffic(record, captured, None, ("10.0.0.1", 1883)), **changed)


BY_PATH = {"captured": None, "why_not": "no right to capture"}


@pytest.mark.parametrize("changed", [{}, BY_PATH])
def test_it_is_read_as_it_was_written(changed):
    told = passed(**changed)
    pcap = told.captured and told.captured.pcap
    assert traffic.decoded(json.loads(traffic.encoded(told)), pcap) == told


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("capture", "packets"), 2, "1 packets are there, 2"),
        (("capture", "lost"), -1, "count"),
        (("capture", "lost"), True, "count"),
        (("capture",), None, "packets without a word"),
        (("why_not",), "no scapy", "another kind"),
        (("kept_by",), "path", "says more"),
        (("more",), 1, "says more"),
        (("connections", 0, 0), "elsewhere", "another kind"),
        (("connections", 0, 3), "5", "another kind"),
        (("connections", 0), [1], "not as it was written"),
        (("passes", 0, 1), 1, "another kind"),
        (("passes", 0, 2), "sideways", "another kind"),
        (("broker",), [5, 1883], "another kind"),
        (("passes",), [[1, 0, "to-device", 1]] * (traffic.MOST_PASSES + 1), "more connections"),
    ],
)
def test_anything_else_is_refused(path, value, said):
    data = json.loads(traffic.encoded(passed()))
    *way, last = path
    place = data
    for step in way:
        place = place[step]
    place[last] = value
    with pytest.raises(ValueError, match=said) as refused:
        traffic.decoded(data, PCAP)
    assert "\n" not in str(refused.value)


def test_beyond_its_bounds_it_only_counts():
    record = PathRecord()
    for _ in range(traffic.MOST_CONNECTIONS + 2):
        number = record.opened("sounds", 1)
    record.passed(number, 2, "to-device", 9)
    assert (record.connections_left_out, record.passes_left_out) == (2, 1)
    for _ in range(traffic.MOST_PASSES + 3):
        record.passed(0, 2, "to-device", 1)
    assert (len(record.passes), record.passes_left_out) == (traffic.MOST_PASSES, 4)
    assert record.connections[0].to_device_bytes == traffic.MOST_PASSES + 3


@pytest.mark.parametrize(
    ("changed", "is_empty"),
    [
        ({}, False),
        (BY_PATH, False),
        ({"captured": Captured(written([]), 0, "lo", "tcp", 0, 0, 0)}, True),
        ({"record": PathRecord()}, True),
        (
            {
                "record": PathRecord(
                    [Connection("broker", 1, 2, 0, 9)], [Pass(1, 0, "to-device", 9)]
                )
            },
            True,
        ),
    ],
)
def test_without_a_word_of_the_device_it_is_empty(changed, is_empty):
    assert passed(**changed).is_empty is is_empty
