"""What a link may be, and the links of a scenario's classes."""

import pytest

from scenarios import links
from simulator.live.impairment.link import Way, about, of_class


@pytest.mark.parametrize("name", links.names())
def test_a_class_keeps_its_table_loss_and_rate(name):
    link_class = links.load(name)
    link = of_class(link_class)
    assert link.id == name
    assert link.up == link.down
    assert list(link.up.delays_ms) == link_class.delay_ms.tolist()
    assert link.up.loss_per_million == link_class.loss_per_million
    assert link.up.rate_bytes_per_s == link_class.rate_bits_per_s // 8


def test_4g_in_figures():
    way = of_class(links.load("4g")).up
    assert way.median_ms == 18
    assert (way.quantile_ms(5), way.quantile_ms(95)) == (7, 48)
    assert (way.loss_per_million, way.rate_bytes_per_s) == (10_000, 2_500_000)


def test_about_a_delay():
    assert about(50, 5) == range(45, 56)
    assert about(3, 5) == range(9)
    assert Way(about(50, 5)).median_ms == 50
    assert Way(about(50, 10)).jitter_ms == 9


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"delays_ms": ()}, "delays from 0"),
        ({"delays_ms": (-1, 5)}, "delays from 0"),
        ({"delays_ms": (5, 60_001)}, "delays from 0 to 60000 ms"),
        ({"loss_per_million": 1_000_000}, "loss from 0 to 999999"),
        ({"corrupt_per_million": -1}, "corrupt from 0"),
        ({"loss_per_million": 900_000, "loss_run_packets": 2}, "too short"),
        ({"loss_run_packets": -1}, "at least 1 packet"),
        ({"rate_bytes_per_s": 0}, "at least 100 bytes"),
    ],
)
def test_what_no_link_can_do(fields, said):
    with pytest.raises(ValueError, match=said):
        Way(**fields)
