"""What `ttcs verify` prints of the packets."""

from rich.console import Console, Group

from conformance import witness as packets
from reports.certification_console import _packets


def shown(*witness):
    console = Console(width=120)
    with console.capture() as printed:
        console.print(Group(*_packets(witness)))
    return printed.get()


def test_nothing_is_said_of_a_bench_without_a_wire():
    assert shown().strip() == ""


def test_agreement_is_one_line_and_a_contradiction_is_named():
    said = shown(
        packets.Testimony("a", 3, 3),
        packets.Testimony("b", 4, 4),
        packets.Testimony("c", 0, 0, why_not="no-capture"),
        packets.Testimony("d", 1, 2, ("17 ← ttcs/1/loa-1/ack",)),
    )
    assert "2 ca thử, 7 bản tin: khớp / 2 cases, 7 messages: as recorded" in said
    assert "1 ca thử / cases: không bắt gói tin / no packets were captured" in said
    assert "d: 1 bản tin không có trong gói tin / 1 messages are not in the packets" in said
    assert "17 ← ttcs/1/loa-1/ack" in said
