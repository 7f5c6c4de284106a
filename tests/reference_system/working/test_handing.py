"""Publishing and storing go on apart: nothing is lost or sent again for want of the other."""

from concurrent.futures import Future
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from reference_system.broker.link import LinkError, LinkState
from reference_system.interface.messages import decode
from reference_system.services.fleet import deliveries, devices
from reference_system.services.fleet.devices import Registration
from reference_system.store.orders import Delivery
from reference_system.working.handing import MOST_AT_ONCE, MOST_ON_THE_WAY, Handing


@dataclass
class Wire:
    """A link whose broker confirms when it is told to."""

    state: LinkState = field(default_factory=lambda: LinkState(True, 0, None, 1))
    sent: list[str] = field(default_factory=list)
    futures: list[Future[None]] = field(default_factory=list)

    @property
    def outstanding(self) -> int:
        return sum(not future.done() for future in self.futures)

    def publish(self, _topic, payload, _expiry_s):
        self.sent.append(decode("cmd", payload).id)
        self.futures.append(Future())
        return self.futures[-1]

    def confirm(self) -> None:
        for future in self.futures:
            if not future.done():
                future.set_result(None)


@pytest.fixture
def wire():
    return Wire()


@pytest.fixture
def handing(system, wire):
    return Handing(system, wire)


@pytest.fixture
def tell(person, act):
    """Make that many commands to one device; returns their ids in their order."""
    lan = person("lan")
    with act(lan) as doing:
        there = Registration("AH-01", "Cụm loa", "ip-speaker", "speaker-reference", "21613")
        devices.register(doing, [there])

    def make(count: int) -> list[str]:
        ids = [f"v{number:04}" for number in range(count)]
        with act(lan) as doing:
            for name in ids:
                deliveries.set_volume(doing, "AH-01", 10, name)
        return ids

    return make


def states(system) -> list[str]:
    with system.database.reading() as session:
        return list(session.scalars(select(Delivery.state).order_by(Delivery.id)))


def test_publishing_goes_on_while_others_write(system, wire, handing, tell):
    ids = tell(MOST_AT_ONCE + 5)
    handing.publish()
    wire.confirm()
    with system.database.writing():
        handing.publish()
    assert wire.sent == ids
    wire.confirm()
    handing.store()
    assert set(states(system)) == {"handed"}


def test_no_more_is_on_the_way_than_may_be_and_room_is_used(wire, handing, tell):
    ids = tell(MOST_ON_THE_WAY + 2 * MOST_AT_ONCE)
    for _ in range(4):
        handing.publish()
    assert wire.sent == ids[:MOST_ON_THE_WAY]
    wire.confirm()
    for _ in range(3):
        handing.publish()
        wire.confirm()
    assert wire.sent == ids


def test_what_could_not_be_stored_is_stored_later_and_not_sent_again(system, wire, handing, tell):
    ids = tell(2)
    handing.publish()
    wire.confirm()
    with system.database.writing() as session:
        session.execute(text("ALTER TABLE deliveries RENAME TO elsewhere"))
    with pytest.raises(DBAPIError):
        handing.store()
    with system.database.writing() as session:
        session.execute(text("ALTER TABLE elsewhere RENAME TO deliveries"))
    handing.publish()
    assert wire.sent == ids
    handing.store()
    assert states(system) == ["handed", "handed"]


def test_what_the_broker_did_not_take_is_sent_again(system, wire, handing, tell):
    ids = tell(2)
    handing.publish()
    wire.futures[0].set_result(None)
    wire.futures[1].set_exception(LinkError("the link was closed"))
    handing.store()
    assert states(system) == ["handed", "waiting"]
    handing.publish()
    assert wire.sent == [*ids, ids[1]]
