"""What a source system shows to whoever comes by its addresses: TLS, ports, and what it bears."""

from collections.abc import Iterator

from conformance.case import PROVINCES, Case, Seen
from conformance.checks.fleet import Fleet, together
from conformance.checks.security import answer_of, undisturbed, withstood
from conformance.record import Record
from conformance.sources.dealing import Dealing
from conformance.sources.intruding.attacks import (
    CheckCertificate,
    FindPorts,
    Oversize,
    SeeAddress,
    SendTooMuch,
    SpeakOld,
    Version,
    Where,
)
from scenarios.scenario import Text

BACK_MS = 120_000
"""How long a device may take to connect again."""

WHERES: tuple[Where, ...] = ("http", "mqtt")
VERSIONS: tuple[Version, ...] = ("1.0", "1.1")
AT_THE_SERVER: tuple[Oversize, ...] = ("announced", "sent", "nested", "header", "not-http")
AT_THE_BROKER: tuple[Oversize, ...] = ("publish", "not-mqtt")
SETTLE_MS = 3_000


async def _encrypted(talk: Dealing) -> None:
    for where in WHERES:
        await talk.attack(f"{where}: address", SeeAddress(where))
        await talk.attack(f"{where}: certificate", CheckCertificate(where))
        for version in VERSIONS:
            await talk.attack(f"{where}: TLS {version}", SpeakOld(where, version))


def _judge_encrypted(record: Record) -> Iterator[tuple[str, Seen]]:
    there = [where for where in WHERES if answer_of(record, f"{where}: address").detail.get("said")]
    clear = [_in_clear(record, where) for where in there]
    yield "source-encrypted", together(clear) if clear else _unknown()
    tls = [where for where in there if _address(record, where)["tls"]]
    old = [f"{where}: TLS {version}" for where in tls for version in VERSIONS]
    yield "source-no-old-tls", withstood(record, *old, may_cut=True) if old else _no_tls()
    valid = [_valid(record, where) for where in tls]
    yield "source-certificate-valid", together(valid) if valid else _no_tls()


def _address(record: Record, where: Where) -> dict[str, bool]:
    address: dict[str, bool] = answer_of(record, f"{where}: address").detail["said"]
    return address


def _in_clear(record: Record, where: Where) -> Seen:
    address, name = _address(record, where), where.upper()
    if address["tls"]:
        return Seen(True, Text(f"{name}: qua TLS", f"{name}: over TLS"))
    if address["loopback"]:
        says = Text(
            vi=f"{name}: không mã hóa, nhưng không rời máy này: không nói được gì về mạng thật",
            en=f"{name}: in clear, but it never leaves this machine: nothing is shown of a network",
        )
        return Seen(None, says)
    return Seen(False, Text(f"{name}: không mã hóa", f"{name}: in clear"))


def _valid(record: Record, where: Where) -> Seen:
    detail, name = answer_of(record, f"{where}: certificate").detail, where.upper()
    why = detail["refusal"]
    if why is None:
        return Seen(True, Text(f"{name}: chứng thư hợp lệ", f"{name}: a valid certificate"))
    ok = False if detail.get("status") else None
    return Seen(ok, Text(f"{name}: chứng thư: {why}", f"{name}: certificate: {why}"))


def _no_tls() -> Seen:
    return Seen(None, Text("không có TLS để thử", "there is no TLS to be tried"))


def _unknown() -> Seen:
    return Seen(None, Text("không biết địa chỉ nào", "no address is known"))


async def _ports(talk: Dealing) -> None:
    await talk.attack("ports", FindPorts())


def _judge_ports(record: Record) -> Iterator[tuple[str, Seen]]:
    detail = answer_of(record, "ports").detail
    if detail["refusal"] is not None:
        says = Text(
            vi="không biết cổng nào của máy này là của hệ thống",
            en="which ports of this machine are the system's is not known",
        )
        yield "source-no-other-ports", Seen(None, says)
        return
    declared = [port for _, port, known in detail["said"] if known]
    others = [f"{address}:{port}" for address, port, known in detail["said"] if not known]
    says = Text(
        vi=f"cổng đã khai: {len(declared)}; cổng khác: {', '.join(others) or 'không có'}",
        en=f"declared ports: {len(declared)}; others: {', '.join(others) or 'none'}",
    )
    yield "source-no-other-ports", Seen(not others if declared or others else None, says)


async def _too_much(talk: Dealing) -> None:
    device = talk.devices(talk.communes[1])[0]
    for what in AT_THE_SERVER:
        await talk.attack(what, SendTooMuch(what))
    if talk.around.system.fleet.broker is not None:
        talk.cut_link([device])
        await talk.attack("publish", SendTooMuch("publish", device))
        await talk.attack("not-mqtt", SendTooMuch("not-mqtt"))
        talk.restore_link([device])
        await talk.until(lambda: device in talk.around.connected(), BACK_MS)
    await talk.wait(SETTLE_MS)


def _judge_too_much(record: Record) -> Iterator[tuple[str, Seen]]:
    told = {each.detail["name"] for each in record.of("told")}
    tried = [what for what in (*AT_THE_SERVER, *AT_THE_BROKER) if what in told]
    if not tried:
        return
    yield "source-bears-too-much", withstood(record, *tried, may_cut=True)
    away = [name for each in record.of("link-off") for name in each.detail["devices"]]
    yield "source-others-stay", undisturbed(Fleet(record), away)


CASES = (
    Case(
        "source-security-tls",
        1,
        Text(
            vi="Địa chỉ mã hóa TLS 1.2 trở lên, chứng thư hợp lệ",
            en="Addresses use TLS 1.2 or later, with valid certificates",
        ),
        PROVINCES,
        ("source-encrypted", "source-no-old-tls", "source-certificate-valid"),
        _encrypted,
        _judge_encrypted,
        needs=("network",),
        permits=("hostile",),
    ),
    Case(
        "source-security-ports",
        1,
        Text(vi="Không mở cổng nào ngoài các cổng đã khai", en="No ports but the declared ones"),
        PROVINCES,
        ("source-no-other-ports",),
        _ports,
        _judge_ports,
        permits=("hostile",),
    ),
    Case(
        "source-security-too-much",
        2,
        Text(
            vi="Quá dài, quá sâu, không đúng kiểu: bị từ chối, hệ thống vẫn chạy",
            en="Too long, too deep, of another kind: refused, and the system runs on",
        ),
        PROVINCES,
        ("source-bears-too-much", "source-others-stay"),
        _too_much,
        _judge_too_much,
        permits=("hostile",),
        alone=True,
    ),
)
