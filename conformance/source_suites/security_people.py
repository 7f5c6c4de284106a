"""What people may not do, and whoever is nobody there: passwords, sessions, orders of others."""

from collections.abc import Iterator

from conformance.case import PROVINCES, Case, Seen
from conformance.checks.acts import refused
from conformance.checks.fleet import Fleet, heard_by_all, nobody_at_all, nothing_unasked, together
from conformance.checks.security import answer_of, let_through, not_hidden, withstood
from conformance.record import Record
from conformance.sources.acts import (
    APPROVER,
    COMPOSER,
    Appraise,
    Approve,
    Area,
    Cancel,
    DeviceStates,
    Done,
    Issue,
    LogIn,
    Person,
    Place,
    Submit,
)
from conformance.sources.dealing import Dealing
from conformance.sources.intruding.attacks import (
    WELL_KNOWN,
    ActWithout,
    GuessOf,
    GuessPassword,
    Session,
)
from conformance.sources.intruding.surface import TOO_OFTEN
from scenarios.scenario import Text

SOON_MS = 20_000
AFTERWARDS_MS = 3_000
"""How long the fleet is watched for what should not have been sent."""

PAUSE_MS = 300
GUESSES = tuple(f"wrong {number}" for number in range(1, 11))
SLOWED_MS = 2_000
"""By so much late guesses have to be answered later than the first to be slowed down."""

LAST = 3
"""How many of them: one alone may be slow by chance."""

ASKED_AFTER_S = (65, 125, 125, 285)
"""When the right person tries again: seldom, as tries may lengthen a lock; ten minutes in all."""

KNOWN_NAMES = tuple(f"well-known {number}" for number in range(1, len(WELL_KNOWN) + 1))
SESSIONS: tuple[Session, ...] = ("none", "garbage", "ended")


async def _guessed(talk: Dealing) -> None:
    owner = Person(f"thu.{talk.key()}", ("view",))
    await talk.do("right before", owner, LogIn())
    for name in GUESSES:
        await talk.attack(name, GuessOf(owner))
    entered = isinstance(await talk.do("right at once", owner, LogIn()), Done)
    for seconds in () if entered else ASKED_AFTER_S:
        await talk.wait(seconds * 1_000)
        if isinstance(await talk.do("right later", owner, LogIn()), Done):
            return


def _judge_guessed(record: Record) -> Iterator[tuple[str, Seen]]:
    control = let_through(record, "right before")
    yield "source-guess-refused", withstood(record, *GUESSES) if control else _nothing()
    answers = [answer_of(record, name) for name in GUESSES]
    took_ms = [
        answer.at_ms - record.told(name).at_ms
        for name, answer in zip(GUESSES, answers, strict=True)
    ]
    statuses = [each.detail.get("status") for each in answers]
    entered = let_through(record, "right at once")
    slower_ms = min(took_ms[-LAST:]) - took_ms[0] - Fleet(record).late_ms
    slowed = TOO_OFTEN in statuses or slower_ms >= SLOWED_MS
    locked = refused(record, "right at once").ok is True
    says = Text(
        vi="mười lần sai vẫn không bị chậm lại hay khóa",
        en="ten wrong passwords in a row are neither slowed down nor end in a lock",
    )
    if slowed or locked:
        says = Text(
            vi="sau mười lần sai: " + ("bị chặn hoặc chậm lại" if slowed else "tạm khóa"),
            en="after ten wrong ones: " + ("not heard, or slowed down" if slowed else "locked"),
        )
    is_told = control and (entered or locked or slowed)
    yield "source-guess-slowed", Seen(slowed or locked, says) if is_told else _nothing()
    if not entered and not locked:
        return
    if entered:
        says = Text("người đúng vào được ngay", "the right person is let in at once")
        yield "source-lock-ends", Seen(True, says)
        return
    begun_ms, later = record.told("right at once").at_ms, record.of("told")
    orders = {each.detail["order"] for each in later if each.detail["name"] == "right later"}
    done = [
        each.at_ms - begun_ms
        for each in record.of("answer")
        if each.detail["order"] in orders and each.detail["refusal"] is None
    ]
    says = Text("người đúng không vào được nữa", "the right person is let in no more")
    if done:
        seconds = done[0] // 1_000
        says = Text(f"vào lại được trong {seconds} s", f"let in again within {seconds} s")
    yield "source-lock-ends", Seen(bool(done) if orders else None, says)


async def _well_known(talk: Dealing) -> None:
    for name, (login, password) in zip(KNOWN_NAMES, WELL_KNOWN, strict=True):
        await talk.attack(name, GuessPassword(login, password))
        await talk.wait(PAUSE_MS)


def _judge_well_known(record: Record) -> Iterator[tuple[str, Seen]]:
    seen = withstood(record, *KNOWN_NAMES)
    yield "source-no-default-password", not_hidden(record, KNOWN_NAMES, seen)


async def _sessions(talk: Dealing) -> None:
    communes = talk.communes[:1]
    bulletin = await talk.bulletin("normal", sound_ms=1_000)
    for session in SESSIONS:
        await talk.attack(f"look, session: {session}", ActWithout(session, DeviceStates()))
        order = Issue(talk.key(), bulletin, Area(communes), valid_ms=10_000)
        await talk.attack(f"send, session: {session}", ActWithout(session, order))
    await talk.wait(AFTERWARDS_MS)
    order_id = await talk.issue("normal", bulletin, communes)
    await talk.until_played(order_id, communes, SOON_MS)


def _judge_sessions(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet = Fleet(record)
    # The same bulletin can be sent by who may: it was for the session that it was refused.
    control = heard_by_all(fleet, "normal", "người được phép gửi", "sent by who may")
    unasked = nothing_unasked(fleet)
    for check, sessions in (
        ("source-session-needed", SESSIONS[:2]),
        ("source-session-ended", SESSIONS[2:]),
    ):
        looks = withstood(record, *(f"look, session: {session}" for session in sessions))
        sends = [f"send, session: {session}" for session in sessions]
        nobody = [nobody_at_all(fleet, name) for name in sends]
        seen = together([looks, withstood(record, *sends), *nobody, unasked])
        yield check, seen if control.ok or seen.ok is False else Seen(None, control.says)


async def _others(talk: Dealing) -> None:
    here, there = talk.communes[:1], talk.communes[1]
    stranger = Person("stranger", ("compose", "operate", "view"), Place("commune", there))
    viewer = Person("viewer", ("view",))
    bulletin = await talk.bulletin("normal", sound_ms=12_000)
    own = await talk.draft("own")
    await talk.do("own: submit", COMPOSER, Submit(own))
    await talk.do("own: appraise", APPROVER, Appraise(own))
    order = await talk.issue("normal", bulletin, here)
    await talk.until_sounding(order, here, SOON_MS)
    await talk.do("a stranger cancels", stranger, Cancel(order))
    await talk.do("a viewer cancels", viewer, Cancel(order))
    await talk.issue("a stranger sends", bulletin, here, who=stranger)
    await talk.issue("a viewer sends", bulletin, here, who=viewer)
    await talk.do("a composer approves their own", COMPOSER, Approve(own))
    await talk.issue("sent without approval", own, here)
    await talk.until_played(order, here, SOON_MS)
    # The right person may cancel: what the others lacked was the right.
    again = await talk.issue("again", bulletin, here)
    await talk.until_sounding(again, here, SOON_MS)
    await talk.cancel("cancel", again)
    await talk.until_played(again, here, SOON_MS)


def _judge_others(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet = Fleet(record)
    control = let_through(record, "cancel") and bool(fleet.reached("again", "Cancel"))
    cancels = ("a stranger cancels", "a viewer cancels")
    cancelled = fleet.reached("normal", "Cancel")
    says = Text(
        vi=f"lệnh hủy của người không có quyền đến {len(cancelled)} thiết bị",
        en=f"the cancel of who may not came to {len(cancelled)} devices",
    )
    seen = together([withstood(record, *cancels), Seen(not cancelled, says)])
    yield "source-others-orders", seen if control or seen.ok is False else _nothing()
    sends = ("a stranger sends", "a viewer sends", "sent without approval")
    nobody = [nobody_at_all(fleet, name) for name in sends]
    approves = withstood(record, "a composer approves their own")
    seen = together([withstood(record, *sends), approves, *nobody, nothing_unasked(fleet)])
    yield "source-roles-hold", seen if control or seen.ok is False else _nothing()


async def _second_factor(talk: Dealing) -> None:
    communes = talk.communes[:1]
    hasty = Person("hasty", ("approve", "operate", "view"))
    bulletin = await talk.bulletin("emergency", "emergency", sound_ms=2_000)
    area = Area(communes)
    await talk.do("new session", hasty, LogIn())
    unconfirmed = Issue(talk.key(), bulletin, area, valid_ms=10_000, confirmed=False)
    await talk.do("unconfirmed", hasty, unconfirmed)
    await talk.wait(AFTERWARDS_MS)
    order = await talk.issue("confirmed", bulletin, communes, who=hasty)
    await talk.until_played(order, communes, SOON_MS)


def _judge_second_factor(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet = Fleet(record)
    control = heard_by_all(fleet, "confirmed", "đã xác thực", "with the second factor")
    nobody = nobody_at_all(fleet, "unconfirmed")
    without = together([refused(record, "unconfirmed"), nobody, nothing_unasked(fleet)])
    yield (
        "source-second-factor-needed",
        without if control.ok or without.ok is False else Seen(None, control.says),
    )


def _nothing() -> Seen:
    return Seen(None, Text("người có quyền cũng không làm được", "nor could who may"))


CASES = (
    Case(
        "source-security-guessing",
        2,
        Text(
            vi="Đoán mật khẩu mười lần: bị từ chối, bị chặn, và người đúng vào lại được",
            en="Ten guesses at a password: refused, slowed down, and the right person comes back",
        ),
        PROVINCES,
        ("source-guess-refused", "source-guess-slowed", "source-lock-ends"),
        _guessed,
        _judge_guessed,
        permits=("hostile",),
    ),
    Case(
        "source-security-default-passwords",
        1,
        Text(vi="Mật khẩu mặc định không mở được", en="Default passwords open nothing"),
        PROVINCES,
        ("source-no-default-password",),
        _well_known,
        _judge_well_known,
        permits=("hostile",),
    ),
    Case(
        "source-security-sessions",
        1,
        Text(
            vi="Không có phiên, phiên giả, phiên đã đăng xuất: không làm được gì",
            en="Without a session, with a false one, or one that has ended nothing is done",
        ),
        PROVINCES,
        ("source-session-needed", "source-session-ended"),
        _sessions,
        _judge_sessions,
        permits=("hostile",),
    ),
    Case(
        "source-security-roles",
        1,
        Text(
            vi="Không ai gửi, duyệt, hủy được việc ngoài quyền và ngoài địa bàn",
            en="Nobody sends, approves or cancels beyond their role and their area",
        ),
        PROVINCES,
        ("source-others-orders", "source-roles-hold"),
        _others,
        _judge_others,
        permits=("hostile",),
    ),
    Case(
        "source-security-second-factor",
        1,
        Text(vi="Khẩn cấp cần xác thực hai lớp", en="No emergency without the second factor"),
        PROVINCES,
        ("source-second-factor-needed",),
        _second_factor,
        _judge_second_factor,
        needs=("second_factor",),
        permits=("hostile",),
    ),
)
