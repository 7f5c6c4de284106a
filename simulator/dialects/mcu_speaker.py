"""The microcontroller speaker: its first protocol, lines of text over MQTT.

Known of it are its topics, the words `PREPAIR`, `START`, `RUNNING`, `STOP` and
`STREAM_HIGH_PRIORITY`, what they do, and what its record `INF` tells. Not known: how a line is
punctuated, the order of the record, the prefix of its client id, the QoS of what it reads, and its
configuration, so also how its volume is set. In place of these stand this project's own choices:
`WORD(argument)`, the fields in the order in which they are known, `vs-`, 1, and nothing. Its second
protocol (JSON) is not here: of that the numbers of its stream commands are not known.

A stream has no length and no name on this wire. The emulated server of its maker writes both into
the fragment of the address, which no client sends (`#t=,40&id=b1%2F1`, as in W3C Media Fragments).

Not emulated, as it takes a memory or a clock of the dialect's own: that it ends a stream when no
`RUNNING` has come for 80 to 90 s, refuses the `STOP` of a stream's owner during an emergency, and
ignores a `START` that is repeated. It reports in each keepalive of its profile, 120 s, not 60 s.
"""

import re
from urllib.parse import parse_qs, quote, urldefrag

from .contract import (
    Dialect,
    Entry,
    Login,
    Message,
    NotUnderstood,
    NoWord,
    Order,
    Play,
    Presence,
    Said,
    ServerHalf,
    SetVolume,
    Sound,
    Status,
    Stop,
)

HIGHEST, LOWEST = "tinh", "xa"
"""Two of the masters that a device listens to: of its province, and of its commune."""

UNTOLD_MS = 3_600_000
"""How long a stream is heard whose address does not say it, unless it is stopped."""

INF = (
    *("INF", "imei", "firmware", "streaming", "interface", "streamed_s", "received_bytes"),
    *("master", "fm_mhz", "volume", "mic", "relay_1", "relay_2", "fm_snr", "fm_rssi", "fm_dbm"),
    *("lat", "lng", "csq", "operator", "technology", "band", "speaker", "mcu_firmware", "pa"),
    *("vin_mv", "modem_mv", "celsius", "power_lost"),
)
"""The fields of its record; one that an emulated device does not have is empty."""

SPEAKER_NORMAL = "12"

_STREAM = re.compile(r"(START|STREAM_HIGH_PRIORITY)\((https?://[!-~]{1,2000})\)")
_NO_ORDER = re.compile(r"PREPAIR\(\d{1,3}\)|RUNNING(\([!-~]{0,2000}\))?")


def _commands(device: str, master: str) -> str:
    return f"vs/pub/{device}-{master}"


def _reports(device: str) -> str:
    return f"vs/pub/{device}"


class McuServer(ServerHalf):
    """Its maker's server, which gives each device masters of its own."""

    taken = "pushed"

    def command(self, device: str, order: Order) -> Message:
        """A stream that begins now, or the end of what is streamed."""
        match order.action:
            case Play(sound=Sound(url), at_once=True) as play:
                is_emergency = play.bulletin_class == "emergency"
                word = "STREAM_HIGH_PRIORITY" if is_emergency else "START"
                master = LOWEST if play.bulletin_class == "normal" else HIGHEST
                length_s = -(-play.duration_ms // 1000)
                named = f"{urldefrag(url).url}#t=,{length_s}&id={quote(play.item, safe='')}"
                return Message(_commands(device, master), f"{word}({named})".encode())
            case Stop(None):
                return Message(_commands(device, HIGHEST), b"STOP")
            case Play(sound=None):
                raise NoWord("loa chỉ phát âm thanh / the speaker plays sounds only")
            case SetVolume():
                raise NoWord("lệnh âm lượng chưa biết / how its volume is set is not known")
            case _:
                raise NoWord("loa chỉ phát luồng ngay / the speaker only plays streams at once")

    def reads(self) -> tuple[tuple[str, int], ...]:
        """All reports, among which the server's own commands come back."""
        return ((_reports("+"), 1),)

    def said(self, place: str, payload: bytes) -> Said:
        """The record `INF`, which has no instant and no boot."""
        device = place.removeprefix("vs/pub/")
        for master in (HIGHEST, LOWEST):
            if device.endswith(f"-{master}"):
                return Said(device.removesuffix(f"-{master}"))
        fields = payload.decode("utf-8", "replace").split(",")
        record = dict(zip(INF, fields, strict=False))
        if len(fields) != len(INF) or (record["INF"], record["imei"]) != ("INF", device):
            raise NotUnderstood(f"{place[:80]!a}: no record of that speaker")
        volume = record["volume"]
        if not re.fullmatch(r"\d{1,3}", volume, re.ASCII) or int(volume) > 100:
            raise NotUnderstood(f"{place[:80]!a}: no volume")
        status = Status(0, "", 0, int(volume), record["interface"][:100])
        return Said(device, (Presence(True), status))


class McuSpeaker(Dialect):
    """The device's half."""

    name = "mcu-speaker"
    wires = frozenset({"mqtt"})
    entries_at_once = 1
    length_unit_ms = 1_000
    server = McuServer()

    def login(self, device: str, secret: str) -> Login:
        """Its client id is a prefix and its own number."""
        return Login(f"vs-{device}", device, secret)

    def subscriptions(self, device: str) -> tuple[tuple[str, int], ...]:
        """Its configuration, and its masters."""
        masters = tuple((_commands(device, master), 1) for master in (HIGHEST, LOWEST))
        return ((f"vs/sub/{device}", 1), *masters)

    def parts(self, device: str, place: str, payload: bytes) -> tuple[bytes, ...]:
        """None where a stream is announced or goes on."""
        is_no_order = _NO_ORDER.fullmatch(payload.decode("ascii", "replace"))
        return () if is_no_order else (payload,)

    def order(self, device: str, place: str, payload: bytes) -> Order:
        """A stream that begins, or the end of what is streamed."""
        if place not in (_commands(device, HIGHEST), _commands(device, LOWEST)):
            raise NotUnderstood(f"a message on {place[:80]!a}, whose words are not known")
        line = payload.decode("ascii", "replace")
        if line == "STOP":
            return Order("", None, Stop(None))
        if found := _STREAM.fullmatch(line):
            is_emergency = found[1] == "STREAM_HIGH_PRIORITY"
            is_lowest = place == _commands(device, LOWEST)
            return Order(line, None, _play(found[2], is_emergency, is_lowest))
        raise NotUnderstood("a line that is no command")

    def status(self, device: str, status: Status) -> Message:
        """The record `INF`."""
        is_streaming = status.started_ms is not None
        streamed_ms = 0 if status.started_ms is None else status.at_ms - status.started_ms
        known = {
            "INF": "INF",
            "imei": device,
            "firmware": "ttcs-emulator 1",
            "streaming": str(int(is_streaming)),
            "interface": status.link.replace(",", " "),
            "streamed_s": str(streamed_ms // 1000),
            "volume": str(status.volume),
            "speaker": SPEAKER_NORMAL,
            "power_lost": "0",
        }
        record = ",".join(known.get(field, "") for field in INF)
        return Message(_reports(device), record.encode(), 1)

    def log(self, device: str, sent_ms: int, entries: tuple[Entry, ...]) -> None:
        """No play log is known of it."""
        return


DIALECT = McuSpeaker()


def _play(address: str, is_emergency: bool, is_lowest: bool) -> Play:
    """A live stream is relayed by the clock, as the reference device does; an emergency is opened.

    Where the address names no play, the address is the name: it is then played once.
    """
    url, fragment = urldefrag(address)
    said = parse_qs(fragment)
    item = said.get("id", [address])[0]
    length = re.fullmatch(r",([1-9]\d{0,4})", said.get("t", [""])[0])
    return Play(
        item=item,
        bulletin=item,
        title="",
        bulletin_class="emergency" if is_emergency else "normal" if is_lowest else "priority",
        severity=0,
        kind="stream" if is_emergency else "live",
        media=3 if is_emergency else 5,
        duration_ms=int(length[1]) * 1000 if length else UNTOLD_MS,
        issued_ms=0,
        not_before_ms=0,
        at_once=True,
        sound=Sound(url),
    )
