"""Where the devices of a dialect connect: the source system, or their maker's server before it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from simulator.dialects.contract import Dialect, Service
from simulator.emulator.connection import Broker
from simulator.emulator.member import Member


@asynccontextmanager
async def reached(
    members: Sequence[Member], broker: Broker, dialect: Dialect, services: Mapping[Service, str]
) -> AsyncIterator[tuple[Broker, Mapping[Service, str]]]:
    """The broker and the HTTP servers for `EmulatedFleet`, while this lasts.

    A maker's server is started where the dialect has one and `services` do not name a real one.
    Raises `NoVendorBroker`, `NotConnected` and `NoRoom`.
    """
    if dialect.server is None or "vendor" in services:
        yield broker, services
        return
    from .vendor_server import VendorServer  # brings a web server along

    vendor = VendorServer(members, broker, dialect)
    await vendor.start()
    try:
        yield vendor.broker, {**services, **vendor.services}
    finally:
        await vendor.stop()
