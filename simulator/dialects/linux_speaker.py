"""The wire of an IP speaker on a Linux board, after the firmware of one that is in use.

Its maker's server commands it: over MQTT at QoS 0, in clean sessions under a new client id, and
again in the answers to its pings over HTTP, every 20 s, and to its confirmation after each connect.
The province gets its state and its play log from the device itself, over HTTP in the shared
vocabulary, with a login for each request.

Seen in the firmware: the number of topics, the names of commands and of what it says of its play
state, the fields of the ping, the last will. Not known, and so this project's own: the names of
topics but `device/offline`, all paths, how a command names its play (`LuotPhatID`) and itself
(`LenhID`; it arrives twice and is done once), and that a schedule names itself: the firmware
replaces all of it. Left out: its faults, updates, and the remote shell.
"""

from collections.abc import Sequence

from .contract import (
    Dialect,
    Entry,
    Login,
    Message,
    NotUnderstood,
    Order,
    Outgoing,
    Presence,
    Request,
    Said,
    ServerHalf,
    Status,
    Wire,
)
from .linux_commands import command_json, order_of
from .shared_http import SharedHttp
from .shared_http import json_bytes as _json
from .shared_http import json_object as _object

PLAY, VOLUME, REQUESTS, UPDATE, RESET = "play", "volume", "data-request", "update", "reset"
TOPICS = (VOLUME, PLAY, REQUESTS, UPDATE, RESET)
OFFLINE, STATE = "device/offline", "device/state"
PING, CONFIRM = "/api/ping", "/api/xac-nhan"
FIRMWARE = "ttcs-emulator 1"

_SHARED = SharedHttp()


class LinuxServer(ServerHalf):
    """The maker's server: see the module."""

    taken = "fetched"

    def command(self, device: str, order: Order) -> Message:
        """On one of the device's topics, at QoS 0; raises `NoWord`."""
        code, payload = command_json(order)
        topic = {"amluong": VOLUME, "phatkhancap": PLAY, "khoidonglai": RESET}.get(code, REQUESTS)
        return Message(f"{topic}/{device}", payload, qos=0)

    def reads(self) -> tuple[tuple[str, int], ...]:
        """Last wills, and play states."""
        return ((OFFLINE, 1), (STATE, 0))

    def said(self, place: str, payload: bytes) -> Said:
        """Who it is; that it is there after a confirmation, and gone after its last will."""
        if place == OFFLINE:
            return Said(payload.decode("ascii", "replace"), (Presence(online=False),))
        match _object(place, payload):
            case {"id": str(device), "ThoiDiem": int(at_s), "KhoiDong": str(boot)} if (
                place == CONFIRM
            ):
                return Said(device, (Presence(True, at_s * 1000, boot),))
            case {"id": str(device)} if place in (PING, STATE):
                return Said(device)
            case _:
                raise NotUnderstood(f"{place[:80]!a}: is without id, expected a device's")

    def reply(self, place: str, waiting: Sequence[Message]) -> bytes:
        """What waits for the device, which may have it already by MQTT."""
        commands = b",".join(message.payload for message in waiting)
        return b'{"TrangThaiGui":0,"DanhSachLenh":[' + commands + b"]}"


class LinuxSpeaker(Dialect):
    """The speaker's half; see the module and `contract.Dialect`."""

    name = "linux-speaker"
    wires = frozenset[Wire]({"mqtt", "http"})
    entries_at_once = 1  # it posts each one by itself
    keeps_token = False
    length_unit_ms = 1_000
    server = LinuxServer()

    # ---- MQTT ----

    def login(self, device: str, secret: str) -> Login:
        """Under no client id: the broker makes another one for each connection."""
        return Login("", device, secret)

    def subscriptions(self, device: str) -> tuple[tuple[str, int], ...]:
        """Its five topics, at QoS 0."""
        return tuple((f"{topic}/{device}", 0) for topic in TOPICS)

    def offline(self, device: str, boot: str) -> Message:
        """Its id on a topic of all devices, not retained."""
        return Message(OFFLINE, device.encode(), qos=1)

    def playing(self, device: str, status: Status) -> Message:
        """Its play state, with the names of what is heard."""
        play = status.playing
        said = {
            "id": device,
            "type": "stop" if play is None else "play",
            "tenchuongtrinh": "" if play is None else play.bulletin,
            "tennoidung": "" if play is None else play.title,
        }
        return Message(STATE, _json(said), qos=0)

    # ---- HTTP: the maker's server ----

    def online(self, device: str, at_ms: int, boot: str) -> Request:
        """The confirmation, which asks for what was missed."""
        said = {"id": device, "firmware": FIRMWARE, "ThoiDiem": at_ms // 1000, "KhoiDong": boot}
        return Request(CONFIRM, _json(said), service="vendor", asks=True, signed=False)

    def poll(self, device: str, status: Status) -> Request:
        """The ping."""
        play = status.playing
        said = {
            "id": device,
            "state": "stop" if play is None else "play",
            "url": play.sound.url if play and play.sound else "",
            "title": "" if play is None else play.title,
            "IDLichDangPhat": "" if play is None else play.item,
            "MatDien": True,  # false would be: the mains are lost
            "ThoiDiem": status.at_ms // 1000,
        }
        return Request(PING, _json(said), service="vendor", asks=True, signed=False)

    # ---- HTTP: the province ----

    def sign_in(self, device: str, secret: str) -> Request | None:
        """As in the shared vocabulary."""
        return _SHARED.sign_in(device, secret)

    def token(self, payload: bytes) -> str:
        """As in the shared vocabulary."""
        return _SHARED.token(payload)

    def status(self, device: str, status: Status) -> Outgoing:
        """As in the shared vocabulary."""
        return _SHARED.status(device, status)

    def log(self, device: str, sent_ms: int, entries: tuple[Entry, ...]) -> Outgoing:
        """As in the shared vocabulary."""
        return _SHARED.log(device, sent_ms, entries)

    # ---- What comes ----

    def parts(self, device: str, place: str, payload: bytes) -> Sequence[bytes]:
        """What was pushed is one command; an answer has all that wait."""
        if place not in (PING, CONFIRM):
            return (payload,)
        match _object(place, payload):
            case {"TrangThaiGui": 0, "DanhSachLenh": list(commands)}:
                return [_json(command) for command in commands]
            case _:
                raise NotUnderstood(f"{place}: is without DanhSachLenh, expected a list")

    def order(self, device: str, place: str, payload: bytes) -> Order:
        """The order in a command; raises `NotUnderstood`."""
        if place not in (PING, CONFIRM, *(f"{topic}/{device}" for topic in TOPICS)):
            raise NotUnderstood(f"a message on {place[:80]!a}, which is none of its topics")
        return order_of(_object("command", payload))


DIALECT = LinuxSpeaker()
