"""What the machine can do is tried; what is demanded is honoured or refused in one line."""

import pytest

from simulator.live.impairment import backends
from simulator.live.impairment.backends import BACKENDS, NOT_DONE, TREATMENT, NoBackendError
from simulator.live.impairment.link import Link, Way, about
from simulator.live.impairment.namespace import NamespaceError


def test_every_back_end_is_told_with_a_reason():
    found = backends.capabilities()
    assert [each.backend for each in found] == list(BACKENDS)
    assert all(each.reason for each in found)
    assert found[0].available


def test_the_proxy_is_the_default():
    assert backends.choose() == "proxy"


def test_the_best_works_here():
    best = backends.choose("best")
    assert backends.capability(best).available
    assert best != "veth"


def test_what_does_not_work_is_refused(monkeypatch):
    def refused() -> None:
        raise NamespaceError("no network namespace: Operation not permitted (root is needed)")

    monkeypatch.setattr(backends, "Namespace", refused)
    assert [each.backend for each in backends.capabilities() if each.available] == ["proxy"]
    assert backends.choose("best") == "proxy"
    with pytest.raises(NoBackendError) as error:
        backends.choose("tun")
    assert str(error.value) == (
        "tun does not work here: no network namespace: Operation not permitted (root is needed)"
    )


def test_no_such_back_end():
    with pytest.raises(NoBackendError, match="'carrier pigeon'; there are proxy, tun, veth, netem"):
        backends.choose("carrier pigeon")


@pytest.mark.parametrize(
    ("way", "lacks"),
    [
        (Way(about(5)), "delay"),
        (Way(loss_per_million=9, loss_run_packets=2), "loss runs"),
        (Way(duplicate_per_million=1), "duplicate"),
    ],
)
def test_a_link_that_a_back_end_cannot_do(way, lacks):
    with pytest.raises(NoBackendError, match=f"veth has no {lacks}, which the link far asks for"):
        backends.choose("veth", [Link("near"), Link("far", down=way)])


def test_every_back_end_says_what_it_makes_of_everything():
    impairments = set(TREATMENT["proxy"])
    assert all(set(treated) == impairments for treated in TREATMENT.values())
    assert NOT_DONE not in TREATMENT["proxy"].values()
