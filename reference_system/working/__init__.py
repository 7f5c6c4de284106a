"""What runs beside the answers to requests: commands out, messages in, the clock's duties."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from reference_system.broker.contract import Broker
from reference_system.broker.link import Link
from reference_system.services.fleet import deliveries, telemetry
from reference_system.services.system import System
from reference_system.working.carrying import Carrying
from reference_system.working.following import Following
from reference_system.working.handing import Handing
from reference_system.working.intake import Intake
from reference_system.working.issuing import Issuing
from reference_system.working.steps import Worker
from reference_system.working.watching import Watching, tell_all


@dataclass(frozen=True, slots=True)
class Work:
    """What can be seen of the work while it goes on.

    `messages` counts what came from the broker by what became of it: `taken`, a reason of
    `services.fleet.telemetry`, or `topic` for a topic of nobody.
    """

    link: Link
    messages: Counter[str]


@contextmanager
def working(system: System, broker: Broker) -> Iterator[Work]:
    """Work, with the broker started, while the block runs.

    The link to it is made, and made again, by itself: without it commands wait in the database.
    Raises `BrokerError` where the broker does not start or cannot be told who may come in.
    """
    with ExitStack() as ending:
        ending.callback(broker.stop)
        tell_all(system, broker)  # before it starts: it need not read its files again
        broker.start()
        _begin_anew(system, broker)
        intake = Intake(system)
        link = Link(
            broker.address,
            broker.login,
            intake.put,
            mqtt5=broker.abilities.mqtt5,
            on_state=lambda _: system.deliveries_wait.ring(),
        )
        handing, watching = Handing(system, link), Watching(system, broker)
        carrying, following = Carrying(system), Following(system)
        workers = (
            Worker("intake", intake.step, intake.wake),
            Worker("handing", handing.publish, system.deliveries_wait.ring),
            Worker("handed", handing.store, handing.wake),
            Worker("issuing", Issuing(system).step, system.orders_changed.ring),
            Worker("watching", watching.step, watching.wake),
            Worker("carrying", carrying.step, carrying.wake),
            Worker("following", following.step, following.wake),
        )
        link.start()
        ending.callback(link.stop)
        for worker in workers:
            worker.start()
            ending.callback(worker.end)
        yield Work(link, intake.counts)


def _begin_anew(system: System, broker: Broker) -> None:
    """Nothing is known of devices yet, and a broker that keeps nothing gets everything again."""
    with system.database.writing() as session:
        telemetry.unhear(session)
        if not broker.abilities.survives_restart:
            deliveries.hand_again(session)
