"""A bench as a file describes it, and which addresses it may use.

    ttcs: 1
    environment: test
    dut: {driver: network, name: "loa-1", address: "192.168.50.17", password_file: "loa-1.password"}
    broker: {listen: "192.168.50.1:8883", certificate: "broker.pem", key: "broker-key.pem"}
    sounds: {listen: "192.168.50.1:8080"}
    sound: {driver: soundcard, device: "hw:1,0", latency: "41.3ms", uncertainty: "2ms"}
    operator: {driver: page, port: 8090, wait: 10m}
    power: {driver: manual}
    permits: [link, power]

With `dut: {driver: network, emulates: PROFILE}` the device is an emulated one, as a process of its
own; with `dut: {driver: emulated, profile: PROFILE}` it is emulated on a virtual clock, and nothing
is contacted. Files are named relative to the bench's.
"""

from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, get_args

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance.bench import operators, power
from conformance.bench.operators import Asking
from conformance.bench.power import Mains
from conformance.password_files import password_in
from conformance.signing import read_private
from reference_system.interface import topics
from scenarios import profiles, strict_yaml
from scenarios.problems import BadInput, Problem, shown
from scenarios.sourced import choice, mapping, quantity, read_fields, version_1, words
from scenarios.units import duration_ms

PERMITS = ("link", "power", "malformed", "night", "signing", "update")
"""What a bench can permit to be done to the device."""

RECORDERS: dict[str, tuple[str, ...]] = {
    "soundcard": ("arecord", "-q", "-t", "raw", "-f", "S16_LE", "-r", "16000", "-c", "1", "-D"),
    "file": ("cat", "--"),
}
"""What gives the samples of each sound driver; the device or file of the bench is added."""

LOOPBACK = "127.0.0.1"
WAIT_MS, LONGEST_WAIT_MS = 600_000, 3_600_000
"""How long the operator has for an answer, and has at most."""


Listen = tuple[str, int]
"""An own IPv4 address and port; 0: a free one."""


@dataclass(frozen=True, slots=True)
class Capture:
    """How the device is heard: the program that gives the samples (16 bits, 16 kHz, mono), None
    where nobody listens; how late they come, and by how much that may be wrong."""

    driver: str
    recorder: tuple[str, ...] | None
    latency_ms: int
    uncertainty_ms: int


@dataclass(frozen=True, slots=True)
class Network:
    """A device on real sockets: a real one at `address`, or a process that `emulates` a profile.

    `secret` is the password that the device has already; None: the bench makes one for its process.
    `certificate` (with its key) makes the broker speak TLS; `ca` is whom the process trusts.
    `mains` and `operator` are None where nothing switches them, and nobody can be asked. `signing`
    is the key that all commands are signed with, None for none.
    """

    name: str
    emulates: str | None
    address: str
    secret: str | None
    broker: Listen
    sounds: Listen
    certificate: tuple[Path, Path] | None
    ca: Path | None
    sound: Capture
    mains: Mains | None = None
    signing: Ed25519PrivateKey | None = None
    operator: Asking | None = None


@dataclass(frozen=True, slots=True)
class Description:
    """A bench; cases do no more than it `permits`.

    `network` says how the device is reached; None: it is emulated after `profile`, on a virtual
    clock.
    """

    environment: str
    profile: str | None
    permits: tuple[str, ...]
    network: Network | None = None

    @property
    def operator(self) -> Asking | None:
        """How the operator is asked; None where nobody is."""
        return self.network.operator if self.network else None

    @property
    def mains(self) -> Mains | None:
        """How the power of a real device is switched; None where nothing does."""
        return self.network.mains if self.network else None


def read(path: Path) -> Description:
    """The bench in a file; raises `BadInput`."""
    return parse(strict_yaml.read(path), path.parent)


def parse(document: strict_yaml.Document, folder: Path = Path()) -> Description:
    """The bench that a document describes, whose files are in `folder`; raises `BadInput`."""
    parts = read_fields(document, (), _PARTS, optional=("permits", *_AROUND))
    permits = parts.get("permits", ())
    driver = parts["dut"].get("driver")
    if driver == "network":
        network = _network(document, folder, permits)
        return Description(parts["environment"], None, permits, network)
    if driver != "emulated":
        raise BadInput([document.problem(("dut", "driver"), shown(driver), "emulated or network")])
    for part in _AROUND:
        if part in parts:
            raise BadInput([document.problem((part,), part, "none with an emulated device")])
    device = read_fields(document, ("dut",), _EMULATED)
    return Description(parts["environment"], device["profile"], permits)


def check_targets(bench: Description, allowed: Collection[str], file: str) -> None:
    """Raise `BadInput` where an address beyond this machine is not among the `allowed` hosts.

    Loudspeakers stand in villages: nothing is opened to them before this was asked.
    """
    network = bench.network
    if network is None:
        return
    for host in (network.address, network.broker[0], network.sounds[0]):
        if not IPv4Address(host).is_loopback and host not in allowed:
            expected = f"this machine, or --allow-target {host} beside it"
            raise BadInput([Problem(file, None, None, "", host, expected)])


def _network(document: strict_yaml.Document, folder: Path, permits: tuple[str, ...]) -> Network:
    is_real = "emulates" not in document.data_at(("dut",))
    if is_real:
        dut = read_fields(document, ("dut",), _REAL, optional=("dialect", "topology"))
        if "power" in permits and document.data_at(("power",)) is None:
            wrong = "power, which nothing on this bench switches"
            raise BadInput([document.problem(("permits",), wrong, "a part `power:`, or not that")])
        if "signing" in permits and document.data_at(("signing",)) is None:
            wrong = "signing, without the key that the device trusts"
            expected = "a part `signing:`, or not that"
            raise BadInput([document.problem(("permits",), wrong, expected)])
    else:
        dut = read_fields(document, ("dut",), _PROCESS)
        dut |= {"name": f"{dut['emulates']}-1", "address": LOOPBACK}
        for part in ("operator", "power", "signing"):
            if document.data_at((part,)) is not None:
                expected = "none: the process needs nobody"
                raise BadInput([document.problem((part,), part, expected)])
    operator = asking(document, folder)
    if is_real and "update" in permits and operator is None:
        wrong = "update, which nobody on this bench begins"
        raise BadInput([document.problem(("permits",), wrong, "a part `operator:`, or not that")])
    broker = _part(document, "broker", _BROKER, optional=_BROKER)
    if ("certificate" in broker) != ("key" in broker):
        raise BadInput([document.problem(("broker",), "one of certificate and key", "both")])
    sounds = _part(document, "sounds", _SOUNDS, optional=_SOUNDS)
    found = Network(
        name=dut["name"],
        emulates=dut.get("emulates"),
        address=dut["address"],
        secret=password_in(document, ("dut", "password_file"), folder) if is_real else None,
        broker=broker.get("listen", (LOOPBACK, 0)),
        sounds=sounds.get("listen", (LOOPBACK, 0)),
        certificate=(
            (folder / broker["certificate"], folder / broker["key"])
            if "certificate" in broker
            else None
        ),
        ca=folder / broker["ca"] if "ca" in broker else None,
        sound=_capture(document, is_real),
        mains=_mains(document, folder, operator),
        signing=_signing(document, folder),
        operator=operator,
    )
    if is_real and 0 in (found.broker[1], found.sounds[1]):
        expected = "broker and sounds with an address and a port that the device knows"
        raise BadInput([document.problem(("dut",), "a real device", expected)])
    return found


def _capture(document: strict_yaml.Document, is_real: bool) -> Capture:
    if not is_real:
        if document.data_at(("sound",)) is not None:
            raise BadInput([document.problem(("sound",), "sound", "none: the process is heard")])
        return Capture("process", None, 0, 0)
    driver = _part(document, "sound", {**_SOUND, **_CAPTURE}, optional=_CAPTURE).get("driver")
    if driver not in RECORDERS:
        return Capture("none", None, 0, 0)
    source = "device" if driver == "soundcard" else "path"
    sound = read_fields(
        document, ("sound",), {**_SOUND, source: words, **{k: _CAPTURE[k] for k in _MEASURED}}
    )
    recorder = (*RECORDERS[driver], sound[source])
    return Capture(driver, recorder, sound["latency"], sound["uncertainty"])


def asking(document: strict_yaml.Document, folder: Path) -> Asking | None:
    """The part `operator:`, whose program is started in `folder`; raises `BadInput`."""
    part = _part(document, "operator", {**_ASKING, **_ASKED}, optional=_ASKED)
    if not part:
        return None
    own = {"terminal": (), "page": ("port",), "program": ("command",)}[part["driver"]]
    readers = {name: _ASKED[name] for name in (*own, "wait")}
    fields = read_fields(document, ("operator",), {**_ASKING, **readers}, optional=("port", "wait"))
    return Asking(
        fields["driver"],
        fields.get("port", 0),
        fields.get("command", ()),
        folder,
        fields.get("wait", WAIT_MS),
    )


def _signing(document: strict_yaml.Document, folder: Path) -> Ed25519PrivateKey | None:
    fields = _part(document, "signing", _SIGNING, optional=())
    if not fields:
        return None
    try:
        return read_private(folder / fields["key"])
    except BadInput as bad:
        wrong, expected = bad.problems[0].wrong, bad.problems[0].expected
        raise BadInput([document.problem(("signing", "key"), wrong, expected)]) from None


def _mains(document: strict_yaml.Document, folder: Path, operator: Asking | None) -> Mains | None:
    part = _part(document, "power", {**_POWER, **_SWITCHED}, optional=_SWITCHED)
    if not part:
        return None
    own = {"manual": (), "external": ("off", "on"), "labgrid": ("environment",)}[part["driver"]]
    also = {"manual": ("uncertainty",), "external": (), "labgrid": ("target",)}[part["driver"]]
    readers = {name: _SWITCHED[name] for name in (*own, *also)}
    fields = read_fields(document, ("power",), {**_POWER, **readers}, optional=also)
    match fields["driver"]:
        case "labgrid":
            file = (folder / fields["environment"]).absolute()
            return power.by_labgrid(file, fields.get("target", "main"), folder)
        case "manual" if operator is None:
            wrong = "manual, without an operator who is asked"
            raise BadInput([document.problem(("power",), wrong, "a part `operator:` beside it")])
    stated_ms = fields.get("uncertainty")
    return Mains(part["driver"], fields.get("off", ()), fields.get("on", ()), folder, stated_ms)


def _part(
    document: strict_yaml.Document, name: str, readers: dict[str, Any], optional: Collection[str]
) -> dict[str, Any]:
    """The fields of an optional part; none where it is not there."""
    if document.data_at((name,)) is None:
        return {}
    return read_fields(document, (name,), readers, optional=optional)


# ---- What a file may say ------------------------------------------------------------------------


def _permits(value: object) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [None]
    if any(name not in PERMITS or names.count(name) > 1 for name in names):
        raise ValueError(f"a list of {', '.join(PERMITS)}, each at most once")
    return tuple(names)


def _profile(value: object) -> str:
    if words(value) not in profiles.names():
        raise ValueError(f"one of {', '.join(profiles.names())}")
    return words(value)


def _name(value: object) -> str:
    if not topics.is_device_name(words(value)):
        raise ValueError(f"a device's name, {topics.DEVICE_NAME}")
    return words(value)


def _address(value: object) -> str:
    try:
        return str(IPv4Address(words(value)))
    except ValueError:
        raise ValueError("a numeric IPv4 address, in quotes") from None


def _listen(value: object) -> Listen:
    host, _, port = words(value).rpartition(":")
    if not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise ValueError("an own address and a port, such as 192.168.50.1:8883")
    return _address(host or None), int(port)


def _command(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError("a list of the words of a command")
    return tuple(map(words, value))


def _port(value: object) -> int:
    if type(value) is not int or not 0 <= value <= 65_535:
        raise ValueError("a port of this machine, 0 for a free one")
    return value


def _wait(value: object) -> int:
    wait_ms: int = quantity(duration_ms)(value)
    if not 0 < wait_ms <= LONGEST_WAIT_MS:
        raise ValueError("at most an hour")
    return wait_ms


_AROUND = ("broker", "sounds", "sound", "operator", "power", "signing")
_PARTS: dict[str, Any] = {
    "ttcs": version_1,
    "environment": choice("test"),
    "dut": mapping,
    "broker": mapping,
    "sounds": mapping,
    "sound": mapping,
    "operator": mapping,
    "power": mapping,
    "signing": mapping,
    "permits": _permits,
}
_EMULATED: dict[str, Any] = {"driver": words, "profile": _profile}
_PROCESS: dict[str, Any] = {"driver": words, "emulates": _profile}
_REAL: dict[str, Any] = {
    "driver": words,
    "name": _name,
    "address": _address,
    "password_file": words,
    "dialect": choice("reference"),
    "topology": choice("direct"),
}
_BROKER: dict[str, Any] = {"listen": _listen, "certificate": words, "key": words, "ca": words}
_SIGNING: dict[str, Any] = {"key": words}
_SOUNDS: dict[str, Any] = {"listen": _listen}
_SOUND: dict[str, Any] = {"driver": choice("soundcard", "file", "none")}
_CAPTURE: dict[str, Any] = {
    "device": words,
    "path": words,
    "latency": quantity(duration_ms),
    "uncertainty": quantity(duration_ms),
}
_MEASURED = ("latency", "uncertainty")
_ASKING: dict[str, Any] = {"driver": choice(*get_args(operators.Driver))}
_ASKED: dict[str, Any] = {"port": _port, "command": _command, "wait": _wait}
_POWER: dict[str, Any] = {"driver": choice(*get_args(power.Driver))}
_SWITCHED: dict[str, Any] = {
    "off": _command,
    "on": _command,
    "environment": words,
    "target": words,
    "uncertainty": quantity(duration_ms),
}
