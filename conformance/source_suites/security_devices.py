"""What who took a device away can do with it, and who only knows its name."""

from collections import Counter
from collections.abc import Iterator

from conformance.case import PROVINCES, Case, Seen
from conformance.checks.acts import said_last
from conformance.checks.fleet import Fleet, heard_by_all, nobody_outside
from conformance.checks.security import answer_of, let_through, undisturbed, withstood
from conformance.record import Record, in_vietnamese
from conformance.sources.acts import APPROVER, Area, DeviceStates, Done, Issue, PlayLog
from conformance.sources.dealing import Dealing
from conformance.sources.intruding.attacks import (
    Enter,
    ForgeState,
    Gather,
    Leave,
    LogAgain,
    Overhear,
    PlayBack,
    TakeName,
)
from scenarios.scenario import Text

SOON_MS = 20_000
BACK_MS = 120_000
"""How long a device may take to connect again."""

EFFECT_MS = 4_000
"""How long the fleet is watched for what an intruder did."""

STORED_MS, ASKED_EVERY_MS = 20_000, 1_000
TWICE_MS = 8_000
"""Within which an order that was sent twice would be heard again."""

DAY_MS = 24 * 60 * 60 * 1000
GUESSES = tuple(f"wrong secret {number}" for number in range(1, 7))
FALSE_SECRETS = ("no secret", "another's secret", "default secret 1", "default secret 2")


def _two(talk: Dealing) -> tuple[str, str]:
    """A device to be taken away, and another in another commune."""
    return talk.devices(talk.communes[1])[0], talk.devices(talk.communes[0])[0]


async def _restored(talk: Dealing, device: str) -> None:
    await talk.attack("leave", Leave())
    talk.restore_link([device])
    await talk.until(lambda: device in talk.around.connected(), BACK_MS)


async def _impersonated(talk: Dealing) -> None:
    taken, other = _two(talk)
    talk.cut_link([taken])
    for name in GUESSES:
        await talk.attack(name, Enter(taken, "wrong"))
    await talk.attack("no secret", Enter(other, "none"))
    await talk.attack("another's secret", Enter(other, "another's", of=taken))
    await talk.attack("default secret 1", Enter(other, "12345678"))
    await talk.attack("default secret 2", Enter(other, "88888888"))
    await talk.attack("another's name", TakeName(taken, other))
    await talk.attack("own secret", Enter(taken, "own"))
    await talk.wait(EFFECT_MS)
    await _restored(talk, taken)


def _judge_impersonated(record: Record) -> Iterator[tuple[str, Seen]]:
    names = (*GUESSES, *FALSE_SECRETS)
    seen, entered = withstood(record, *names, may_cut=True), let_through(record, "own secret")
    says = Text("thiết bị thật cũng không vào được", "nor was the real device let in")
    yield "source-devices-proven", seen if entered or seen.ok is False else Seen(None, says)
    says = Text(
        vi=f"sau {len(GUESSES)} lần sai, thiết bị thật " + ("vào được" if entered else "bị khóa"),
        en=f"after {len(GUESSES)} wrong secrets the real device is "
        + ("let in" if entered else "locked out"),
    )
    own = answer_of(record, "own secret").detail
    if not entered and not own.get("status"):
        says = Text(f"không thử được: {own['refusal']}", f"cannot be tried: {own['refusal']}")
        yield "source-device-not-locked-out", Seen(None, says)
    else:
        yield "source-device-not-locked-out", Seen(entered, says)
    away = [each.detail["devices"] for each in record.of("link-off")]
    yield (
        "source-others-undisturbed",
        undisturbed(Fleet(record), [n for each in away for n in each]),
    )


async def _injected(talk: Dealing) -> None:
    taken, other = _two(talk)
    talk.cut_link([taken])
    await talk.attack("own secret", Enter(taken, "own"))
    await talk.attack("overhear", Overhear(other))
    bulletin = await talk.bulletin("normal", sound_ms=2_000)
    captured = await talk.issue("captured", bulletin, area=Area(devices=(taken,)))
    await talk.attack("wait", Gather(at_least=1, within_ms=SOON_MS))
    begin_ms = talk.now_ms()
    elsewhere = await talk.issue("elsewhere", bulletin, talk.communes[:1])
    await talk.until_played(elsewhere, talk.communes[:1], SOON_MS)
    await talk.attack("play back", PlayBack(other))
    await talk.attack("forge", ForgeState(other))
    await talk.wait(EFFECT_MS)
    await talk.attack("heard", Gather())
    await talk.do("states", APPROVER, DeviceStates((other,)))
    asked = PlayLog(bulletin, begin_ms - DAY_MS, talk.now_ms() + DAY_MS)
    await talk.do("play log", APPROVER, asked)
    await talk.cancel("cancel", captured)
    await _restored(talk, taken)


def _judge_injected(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet = Fleet(record)
    heard = answer_of(record, "heard").detail["said"]
    control = heard_by_all(fleet, "elsewhere", "lệnh của nơi khác", "an order elsewhere")
    others = heard["others"]
    says = Text(
        vi=f"nghe được {heard['own']} tin của mình, {len(others)} đường tin của thiết bị khác",
        en=f"heard {heard['own']} messages of its own, and {len(others)} topics of other devices",
    )
    is_heard = bool(heard["own"]) and control.ok is True
    yield "source-nothing-overheard", Seen(not others if others or is_heard else None, says)
    tried = answer_of(record, "play back").detail["refusal"]
    outside = nobody_outside(
        fleet,
        "captured",
        "lệnh bị phát lại",
        "a command played back",
        was_sent=bool(heard["own"]),
    )
    # Whether the broker took the messages or ended the connection: nobody may have obeyed.
    unseen = tried == "unsupported" or not heard["own"]
    yield "source-no-injected-command", outside if not unseen else Seen(None, outside.says)
    state = said_last(record, "states")[0]
    log = [tuple(row[:2]) for row in said_last(record, "play log")]
    # By the whole of the log: an entry of that bulletin which no device ever noted.
    noted = {entry for entry, _ in fleet.noted("elsewhere")}
    invented = [row for row in log if row not in noted]
    says = Text(
        vi=f"thiết bị bị mạo danh hiển thị {in_vietnamese(state[1])}; {len(invented)} dòng nhật "
        "ký giả",
        en=f"the device in whose name was spoken is shown {state[1]}; {len(invented)} false "
        "entries in the log",
    )
    forged = answer_of(record, "forge").detail["refusal"]
    ok = state[1] == "online" and not invented
    yield "source-no-injected-state", Seen(None if ok and forged == "unsupported" else ok, says)


async def _replayed(talk: Dealing) -> None:
    taken, _ = _two(talk)
    here, begin_ms = talk.communes[:1], talk.now_ms()
    bulletin = await talk.bulletin("normal", sound_ms=2_000)
    words = Issue(talk.key(), bulletin, Area(here))
    sent = await talk.do("normal", APPROVER, words)
    order = sent.id if isinstance(sent, Done) and sent.id else words.key
    await talk.until_played(order, here, SOON_MS)
    await talk.do("again", APPROVER, words)
    await talk.wait(TWICE_MS)
    talk.cut_link([taken])
    await talk.attack("own secret", Enter(taken, "own"))
    captured = await talk.issue("captured", bulletin, area=Area(devices=(taken,)))
    await talk.attack("wait", Gather(at_least=1, within_ms=SOON_MS))
    logged = await talk.attack("log twice", LogAgain(2))
    deadline_ms = talk.now_ms() + STORED_MS
    while talk.now_ms() < deadline_ms and isinstance(logged, Done):
        asked = PlayLog(bulletin, begin_ms - DAY_MS, talk.now_ms() + DAY_MS)
        found = await talk.do("play log", APPROVER, asked)
        is_there = isinstance(found, Done) and any(row[1] == logged.id for row in found.said)
        await talk.wait(ASKED_EVERY_MS)
        if is_there:
            await talk.do("play log", APPROVER, asked)
            break
    await talk.cancel("cancel", captured)
    await _restored(talk, taken)


def _judge_replayed(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet = Fleet(record)
    heard = heard_by_all(fleet, "normal", "lệnh", "the order")
    # Under the same key: the first answer is that to the order itself.
    answers = record.answers(record.told("again").order)[1:]
    is_asked = any(
        each.detail["refusal"] is None or 0 < (each.detail.get("status") or 0) < 500
        for each in answers
    )
    times = Counter(device for (device, _), _ in fleet.noted("normal"))
    doubled = sorted(device for device, number in times.items() if number > 1)
    extra = sorted({fleet.names[place] for place, _ in fleet.unasked()})
    says = Text(
        vi=f"lệnh gửi lại: {len(doubled)} thiết bị phát hai lần, {len(extra)} phát điều không ai "
        "yêu cầu",
        en=f"the order sent again: {len(doubled)} devices played it twice, {len(extra)} what "
        "nobody asked for",
    )
    wrong = bool(doubled or extra)
    yield "source-order-once", Seen(not wrong if wrong or (heard.ok and is_asked) else None, says)
    entry = answer_of(record, "log twice").detail["id"]
    rows = [row[1] for row in said_last(record, "play log")]
    number = rows.count(entry)
    says = Text(
        vi=f"dòng nhật ký gửi hai lần có {number} lần",
        en=f"an entry that was sent twice is there {number} times",
    )
    yield "source-entry-once", Seen(number == 1 if entry and number else None, says)


CASES = (
    Case(
        "source-security-impersonation",
        2,
        Text(
            vi="Không ai mạo danh được thiết bị, và không khóa được thiết bị thật",
            en="Nobody passes for a device, or locks the real one out",
        ),
        PROVINCES,
        ("source-devices-proven", "source-device-not-locked-out", "source-others-undisturbed"),
        _impersonated,
        _judge_impersonated,
        permits=("hostile",),
    ),
    Case(
        "source-security-injection",
        1,
        Text(
            vi="Một thiết bị bị đánh cắp không nghe, không ra lệnh, không báo thay thiết bị khác",
            en="A stolen device neither hears, commands nor speaks for another",
        ),
        PROVINCES,
        ("source-nothing-overheard", "source-no-injected-command", "source-no-injected-state"),
        _injected,
        _judge_injected,
        needs=("broker", "device_states", "play_log"),
        permits=("hostile",),
    ),
    Case(
        "source-security-replay",
        2,
        Text(
            vi="Lệnh và dòng nhật ký gửi lại chỉ tính một lần",
            en="An order and an entry of the log that come again count once",
        ),
        PROVINCES,
        ("source-order-once", "source-entry-once"),
        _replayed,
        _judge_replayed,
        needs=("play_log",),
        permits=("hostile",),
    ),
)
