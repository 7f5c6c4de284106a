"""A broker that others run, reached by its URL; devices' credentials are kept there."""

from collections.abc import Mapping

from reference_system.broker import probe
from reference_system.broker.contract import Abilities, Address, BrokerError, Login


class ExternalBroker:
    """A `Broker` elsewhere: nothing is started or stopped here."""

    name = "external"

    def __init__(self, address: Address, login: Login) -> None:
        """Prepare; nothing is sent before `start`."""
        self.address, self.login = address, login
        self.abilities = Abilities(
            capacity_devices=None, mqtt5=True, survives_restart=True, keeps_credentials=False
        )

    def start(self) -> None:
        """See what is there; raises `BrokerError` with one line where nothing can be reached."""
        if problem := probe.trouble(self.address):
            raise BrokerError(f"{self.address}: {problem}")
        if not self.alive():
            raise BrokerError(f"{self.address} does not speak MQTT")
        self.abilities = Abilities(
            capacity_devices=None,
            mqtt5=probe.speaks_mqtt5(self.address),
            survives_restart=True,
            keeps_credentials=False,
        )

    def stop(self) -> None:
        """Nothing: it is not ours."""

    def alive(self) -> bool:
        """Whether it answers now."""
        return probe.answer(self.address, 4) is not None

    def set_credential(self, device: str, password_hash: str) -> None:
        """Refused: raises `BrokerError`."""
        raise self._not_ours()

    def remove_credential(self, device: str) -> None:
        """Refused: raises `BrokerError`."""
        raise self._not_ours()

    def replace_credentials(self, hashes: Mapping[str, str]) -> None:
        """Refused: raises `BrokerError`."""
        raise self._not_ours()

    def _not_ours(self) -> BrokerError:
        return BrokerError(f"the credentials of devices are kept by whoever runs {self.address}")
