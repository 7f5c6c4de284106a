"""The audit log: what was done stands there with who and when, and so does a wrong password."""

from collections.abc import Iterator

from conformance.case import PROVINCES, Case, Seen
from conformance.checks.acts import answers_named, named, refused, said_last
from conformance.checks.fleet import together
from conformance.record import Record
from conformance.sources.acts import ADMINISTRATOR, COMPOSER, Audit, LogIn
from conformance.sources.dealing import Dealing
from scenarios.scenario import Text

SOON_MS = 20_000
CLOCK_MS = 60_000
"""How far the system's clock may be off."""

STEPS = ("normal: compose", "normal: appraise", "normal: approve")


async def _audited(talk: Dealing) -> None:
    communes = talk.communes[:1]
    bulletin = await talk.bulletin("normal", sound_ms=1_000)
    order = await talk.issue("order", bulletin, communes)
    await talk.until_played(order, communes, SOON_MS)
    await talk.do("audit", ADMINISTRATOR, Audit())
    await talk.do("audit again", ADMINISTRATOR, Audit())
    await talk.do("wrong password", COMPOSER, LogIn(wrong=True))
    await talk.do("audit afterwards", ADMINISTRATOR, Audit())


def _judge_audited(record: Record) -> Iterator[tuple[str, Seen]]:
    bulletin, order = named(record, "normal: compose"), named(record, "order")
    rows = said_last(record, "audit")
    of_bulletin = [row for row in rows if row[3] == bulletin]
    of_order = [row for row in rows if row[3] == order]
    about = [*of_bulletin, *of_order]
    people = {row[1] for row in about}
    first_ms = record.told("normal: compose").at_ms - CLOCK_MS
    last_ms = answers_named(record, "order")[-1].at_ms + CLOCK_MS
    off = [row for row in about if not first_ms <= row[0] <= last_ms]
    is_whole = len(of_bulletin) >= len(STEPS) and of_order and len(people) >= 2 and all(people)
    says = Text(
        vi=f"{len(of_bulletin)} dòng về bản tin, {len(of_order)} dòng về lệnh phát, của "
        f"{len(people)} người; {len(off)} dòng sai giờ",
        en=f"{len(of_bulletin)} entries on the bulletin, {len(of_order)} on the order, by "
        f"{len(people)} people; {len(off)} at a wrong time",
    )
    yield "source-audit-names", Seen(bool(is_whole) and not off, says)
    # Systems may also note that somebody looked at the log.
    again = said_last(record, "audit again")
    looked = [row for row in again if row not in rows]
    new = [row for row in said_last(record, "audit afterwards") if row not in again]
    says = Text(
        vi=f"{len(new)} dòng mới sau mật khẩu sai, {len(looked)} dòng khi chỉ xem nhật ký",
        en=f"{len(new)} new entries on a wrong password, {len(looked)} on only looking",
    )
    tried = refused(record, "wrong password")
    noted = Seen(len(new) > len(looked), says)
    yield "source-audit-wrong-password", together([tried, noted])


CASES = (
    Case(
        "source-audit",
        2,
        Text(
            vi="Nhật ký thao tác ghi ai làm gì, lúc nào, cả lần nhập sai mật khẩu",
            en="The audit log has who did what and when, and a wrong password as well",
        ),
        PROVINCES,
        ("source-audit-names", "source-audit-wrong-password"),
        _audited,
        _judge_audited,
        needs=("audit",),
        alone=True,  # what others do meanwhile is noted, too
    ),
)
