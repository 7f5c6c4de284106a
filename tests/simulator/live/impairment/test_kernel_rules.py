"""What the kernel is told, word for word; and that its tools understand it."""

from contextlib import closing
from pathlib import Path

import pytest

from scenarios import links
from simulator.live.impairment import kernel_rules
from simulator.live.impairment.link import Way, about, of_class
from simulator.live.impairment.namespace import Namespace, NamespaceError

EVERYTHING = Way(
    delays_ms=about(100, 5),
    loss_per_million=50_000,
    rate_bytes_per_s=250_000,
    reorder_per_million=2_500,
    duplicate_per_million=10_000,
    corrupt_per_million=1,
)
IN_RUNS = Way(loss_per_million=50_000, loss_run_packets=4)
OF_CLASS = of_class(links.load("4g")).up


@pytest.mark.parametrize(
    ("way", "command"),
    [
        (Way(), "limit 1000 rate 10000000000bit"),
        (
            EVERYTHING,
            "limit 1017 delay 100000us 5000us loss random 5.0000% duplicate 1.0000%"
            " corrupt 0.0001% reorder 0.2500% rate 2000000bit",
        ),
        (
            IN_RUNS,
            "limit 1000 loss gemodel 1.315789% 25.000000% 100% 0% rate 10000000000bit",
        ),
        (Way(about(7)), "limit 6779 delay 7000us rate 10000000000bit"),
        (
            OF_CLASS,
            "limit 1269 delay 18ms 37ms distribution link loss random 1.0000% rate 20000000bit",
        ),
    ],
)
def test_netem(way, command):
    assert " ".join(kernel_rules.netem("far0", way)) == (
        f"tc qdisc add dev far0 root netem {command}"
    )


def test_the_table_gives_back_the_delays_of_the_class():
    table = [int(line) for line in (kernel_rules.delay_table(OF_CLASS) or "").splitlines()]
    command = kernel_rules.netem("far0", OF_CLASS)
    deviation_ms = int(command[command.index("delay") + 2].removesuffix("ms"))
    assert max(map(abs, table)) < 2**15
    assert [round(18 + entry * deviation_ms / 8_192) for entry in table] == list(OF_CLASS.delays_ms)


def test_a_range_needs_no_table():
    assert kernel_rules.delay_table(EVERYTHING) is None


def test_tbf():
    assert kernel_rules.tbf("far0", Way()) is None
    assert " ".join(kernel_rules.tbf("far0", EVERYTHING) or ()) == (
        "tc qdisc add dev far0 root tbf rate 2000000bit burst 3028b latency 400ms"
    )
    fast = kernel_rules.tbf("far0", Way(rate_bytes_per_s=12_500_000)) or ()
    assert "125000b" in fast


def test_nft():
    text = kernel_rules.nft("near0", EVERYTHING)
    assert "numgen random mod 1000000 < 50000 counter name lost drop" in text
    assert "drop" not in kernel_rules.nft("near0", Way())


@pytest.mark.needs_tool("tc")
@pytest.mark.needs_tool("ip")
@pytest.mark.parametrize("way", [Way(), EVERYTHING, IN_RUNS, OF_CLASS])
def test_tc_understands_netem(way: Way, tmp_path: Path):
    """Where the kernel has no netem, its refusal comes after the command was read."""
    try:
        namespace = Namespace()
    except NamespaceError as error:
        pytest.skip(str(error))
    with closing(namespace):
        namespace.run("ip", "link", "add", "far0", "type", "veth", "peer", "name", "near0")
        if table := kernel_rules.delay_table(way):
            (tmp_path / f"{kernel_rules.DELAY_TABLE}.dist").write_text(table)
        command = kernel_rules.netem("far0", way)
        said = "Specified qdisc kind is unknown"
        try:
            namespace.run(*command, environment={"TC_LIB_DIR": str(tmp_path)})
        except NamespaceError as error:
            assert said in str(error)  # noqa: PT017 - either is right, by the kernel
        with pytest.raises(NamespaceError) as refused:
            namespace.run(*command, "nonsense")
        assert said not in str(refused.value)
