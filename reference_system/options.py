"""What a user may ask of a source system that is to be served."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """The words of the command line; None stands for what the program chooses.

    `place` is whose system it is, such as `province:52`, its code of `era`. `certificate`, `key`
    and `ca` are PEM files for HTTP and MQTT; `broker_ca` and `broker_password` are for a broker
    of others, named by its URL. `permitted_hours` is such as `04:30-22:00`.
    """

    data_dir: Path
    host: str
    port: int
    place: str
    era: str
    source_id: str | None
    database: str | None
    broker: str
    mqtt_port: int
    broker_ca: Path | None
    broker_password: Path | None
    public_url: str | None
    certificate: Path | None
    key: Path | None
    ca: Path | None
    commune_may_stop_emergency: bool
    sign_commands: bool
    permitted_hours: str | None
