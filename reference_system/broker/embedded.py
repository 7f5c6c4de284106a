"""An embedded broker where no mosquitto is installed: amqtt in a process of its own.

amqtt was chosen over iotcore (rumqttd), which logs devices in but knows no access rules. It speaks
MQTT 3.1.1 only, may lose a message when a connection breaks, waits 5 s for an acknowledgement, and
loses what waits in it when it ends. So it is for trying things out, and says so by its abilities:
commands have their own HetHan and are to be sent again until a device acknowledges them.
"""

import json
import os
import sys
from pathlib import Path

import reference_system
from reference_system.broker.contract import Abilities, Address, Certificate
from reference_system.broker.own import OwnBroker, Program
from reference_system.broker.passwords import write_private

ABILITIES = Abilities(
    capacity_devices=500, mqtt5=False, survives_restart=False, keeps_credentials=True
)


def embedded(folder: Path, address: Address, certificate: Certificate | None = None) -> OwnBroker:
    """A broker that needs nothing but Python; with a certificate it speaks TLS and nothing else."""

    def prepare() -> Program:
        settings = {
            "host": address.host,
            "port": address.port,
            "passwords": str(folder / "passwords"),
            "certificate": None if certificate is None else str(certificate.certificate),
            "key": None if certificate is None else str(certificate.key),
        }
        file = folder / "embedded.json"
        write_private(file, json.dumps(settings))
        room = Path(next(iter(reference_system.__path__))).parent
        environment = {**os.environ, "PYTHONPATH": str(room), "PYTHONSAFEPATH": "1"}
        command = [sys.executable, "-m", "reference_system.broker.embedded_process", str(file)]
        return Program(command, reloaded="passwords read again", environment=environment)

    return OwnBroker("embedded", address, ABILITIES, folder, prepare)
