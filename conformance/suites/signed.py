"""Signed commands: where a device is told whom to trust, nobody else is obeyed."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance.bench.signed import signed
from conformance.case import DEVICES, Case, Seen
from conformance.conversation import Conversation
from conformance.record import Record
from scenarios.scenario import Text
from simulator.dialects.contract import SetVolume

QUIET, LOUD = 20, 90


def _unsigned(command: dict[str, Any]) -> bytes:
    del command["ChuKy"]
    return json.dumps(command).encode()


def _altered(command: dict[str, Any]) -> bytes:
    return json.dumps(command).encode()


def _by_a_stranger(command: dict[str, Any]) -> bytes:
    return signed(json.dumps(command).encode(), Ed25519PrivateKey.generate())


FORGED: Mapping[str, Callable[[dict[str, Any]], bytes]] = {
    "unsigned": _unsigned,
    "altered": _altered,
    "by a stranger": _by_a_stranger,
}
"""Commands for another volume that nobody who is trusted has signed."""


async def _forged(talk: Conversation) -> None:
    await talk.answered(talk.tell("quiet", SetVolume(QUIET)))
    good = talk.record.first("told", "quiet").detail["payload"]
    for name, forge in FORGED.items():
        command = json.loads(good)
        command["Id"] = f"{command['Id']}-{name.replace(' ', '-')}"
        command["DieuKhienThietBi"]["ThamSo"] = str(LOUD)
        talk.raw(name, forge(command))
        await talk.wait(5_000)
    talk.mark("forged")
    await talk.answered(talk.tell("normal", talk.play("n")))
    await talk.wait(75_000)


def _judge_forged(record: Record) -> Iterator[tuple[str, Seen]]:
    since_ms, quiet = record.mark("forged"), record.told("quiet")
    shown = {each.detail["volume"] for each in record.of("status") if each.at_ms > since_ms}
    shown |= {each.volume for each in record.heard(record.told("normal").item)} - {None}
    # Without an answer to the signed one nothing shows that the device trusts anybody.
    if not shown or any(each.detail["refusal"] for each in record.answers(quiet.order)):
        return
    names = {f"{quiet.order}-{name.replace(' ', '-')}": name for name in FORGED}
    taken = [
        names[each.detail["order"]]
        for each in record.of("answer")
        if each.detail["order"] in names and not each.detail["refusal"]
    ]
    volumes = ", ".join(map(str, sorted(shown)))
    told = ", ".join(taken) or "–"
    says = Text(
        vi=f"âm lượng {volumes}, lệnh có chữ ký đặt {QUIET}; nhận lệnh giả: {told}",
        en=f"volume {volumes}, set to {QUIET} by a signed command; forged ones taken: {told}",
    )
    yield "forged-commands-refused", Seen(shown == {QUIET} and not taken, says)


CASES = (
    Case(
        "signed-commands",
        1,
        Text(vi="Lệnh không có chữ ký đúng", en="Commands without a good signature"),
        DEVICES,
        ("forged-commands-refused",),
        _forged,
        _judge_forged,
        needs=("signed_commands",),
        permits=("signing",),
        signed=True,
    ),
)
