"""Documents downward: read by the commune that they are for as they were sent, and by no other."""

from collections.abc import Iterator

from conformance.case import PROVINCES, Case, Seen
from conformance.checks.acts import answers_named, named, refused, said_last
from conformance.checks.fleet import together
from conformance.record import Record
from conformance.sources.acts import (
    APPROVER,
    Done,
    ListDocuments,
    OpenDocument,
    Person,
    Place,
    SendDocument,
)
from conformance.sources.dealing import SPOKEN, Dealing
from scenarios.scenario import Text


async def _sent(talk: Dealing) -> None:
    own, other = (
        Person("commune-reader", ("view",), Place("commune", each)) for each in talk.communes[:2]
    )
    key = talk.key()
    words = SendDocument(key, f"{SPOKEN}: văn bản {key}", tuple(talk.communes[:1]))
    sent = await talk.do("send", APPROVER, words)
    if isinstance(sent, Done) and sent.id:
        for reader, where in ((own, ""), (other, " elsewhere")):
            await talk.do(f"list{where}", reader, ListDocuments())
            await talk.do(f"open{where}", reader, OpenDocument(sent.id))


def _judge_sent(record: Record) -> Iterator[tuple[str, Seen]]:
    document = named(record, "send")
    sent, opened = (answers_named(record, name) for name in ("send", "open"))
    is_listed = document in said_last(record, "list")
    is_same = bool(opened) and opened[-1].detail["said"] == sent[-1].detail["said"]
    says = Text(
        vi=f"{'có' if is_listed else 'không có'} trong danh sách của xã, tệp "
        f"{'giống' if is_same else 'không giống'} tệp đã gửi",
        en=f"{'in' if is_listed else 'not in'} the commune's list, the file is "
        f"{'' if is_same else 'not '}the one that was sent",
    )
    yield "source-document-same", Seen(is_listed and is_same, says)
    is_told = document in said_last(record, "list elsewhere")
    says = Text(
        vi=f"xã khác {'vẫn thấy' if is_told else 'không thấy'} trong danh sách",
        en=f"another commune {'is shown it' if is_told else 'is not shown it'}",
    )
    closed = refused(record, "open elsewhere")
    yield "source-document-own-only", together([closed, Seen(not is_told, says)])


CASES = (
    Case(
        "source-documents",
        1,
        Text(
            vi="Văn bản đến đúng xã được gửi, nguyên vẹn",
            en="A document comes whole to the commune that it is for, and to no other",
        ),
        PROVINCES,
        ("source-document-same", "source-document-own-only"),
        _sent,
        _judge_sent,
        needs=("documents",),
    ),
)
