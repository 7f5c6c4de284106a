"""What must hold in every conversation, whatever is said in it, read from its record alone.

Each rule yields what breaks it, in words. It holds nothing against a device for what may have
crossed on the way, nor for its style: whether priority cuts normal, and what becomes of what was
cut off, is its own affair.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations, pairwise

from conformance.checks import log
from conformance.exploration.history import NEVER_MS, UNHEARD_MS, History, Order, Played
from conformance.record import Happening, Heard
from scenarios.scenario import Text

SOON_MS = 10_000
"""Within which a play that nothing hinders is heard."""

GRACE_MS = 5_000
"""How long the device may take to do what it has answered, and to answer at all."""

EARLY_MS = 2_000
LATE_MS = 4_000
"""How far beside its limits a sound may be: clocks in whole seconds, an amplifier that warms up."""

OVERLAP_MS = 1_000
"""How long two sounds may seem to be heard at once: what a microphone on a bench can tell."""

LOG_MS = 20_000
"""How long an entry of the log may be on its way, once the device is connected."""

Rule = Callable[[History], Iterator[Text]]


def heard_when_due(history: History) -> Iterator[Text]:
    """What nothing hinders is heard: an emergency at once and over all, and everything some day."""
    for play in history.plays:
        if not play.is_taken or play.order.is_refused or play.step.word == "expired":
            continue
        start_ms = max(play.due_ms, play.known_ms)
        if _is_free(history, play, start_ms) and not any(
            play.due_ms - EARLY_MS <= each.from_ms <= start_ms + SOON_MS for each in play.heard
        ):
            yield _says(play.order, "không được phát dù không gì cản trở", "nothing hindered it")
        elif not play.heard and _is_for_sure(history, play):
            yield _says(play.order, "không được phát", "it was never heard")


def _is_free(history: History, play: Played, start_ms: int) -> bool:
    """Whether nothing that was said keeps it from being heard soon after `start_ms`."""
    soon_ms = start_ms + SOON_MS
    if soon_ms > min(play.expires_ms, play.end_ms - EARLY_MS, history.end_ms):
        return False
    if not history.is_there(play.at_ms, soon_ms):
        return False
    withdrawn = [*play.against, *history.stops]
    if any(play.at_ms - GRACE_MS < each.at_ms < soon_ms for each in withdrawn):
        return False
    return not any(
        _may_hinder(history, other, play, start_ms) for other in history.plays if other is not play
    )


def _may_hinder(history: History, other: Played, play: Played, start_ms: int) -> bool:
    if other.rank > play.rank == 0 or other.order.is_refused:
        return False
    if min(other.at_ms, other.due_ms - EARLY_MS) > start_ms + SOON_MS:
        return False
    return not _is_over(history, other, start_ms)


def _is_over(history: History, play: Played, at_ms: int) -> bool:
    """Whether a play is surely no more by then."""
    gone_ms = [each.known_ms or NEVER_MS for each in play.against if each.step.word == "cancel"]
    ended = [history.until_ms(each) for each in play.heard if _is_whole(history, play, each)]
    if play.heard and play.heard[0].from_ms < play.expires_ms:
        return min((*gone_ms, *ended, play.end_ms + LATE_MS), default=NEVER_MS) <= at_ms
    return min((*gone_ms, play.expires_ms + LATE_MS, play.end_ms + LATE_MS)) <= at_ms


def _is_whole(history: History, play: Played, heard: Heard) -> bool:
    """Whether a stretch was surely its last: long enough, and nothing came to cut it short. What
    nothing cuts is over with its first, unless it wants a connection that went."""
    until_ms = history.until_ms(heard)
    if play.rank == 0 and heard.until_ms is not None:
        return history.is_there(play.at_ms, until_ms + OVERLAP_MS)
    return until_ms - heard.from_ms >= play.step.length_ms - UNHEARD_MS and not any(
        other.come_ms < until_ms and heard.from_ms < other.there_ms
        for other in history.plays
        if other.rank < play.rank
    )


def _is_for_sure(history: History, play: Played) -> bool:
    """Whether it must be heard some day: nothing limits it, and it could be fetched."""
    limited = play.against or history.stops or min(play.expires_ms, play.end_ms) < NEVER_MS
    there = history.is_there(play.at_ms, play.known_ms + SOON_MS)
    return there and not limited and not history.may_have_begun(play, history.end_ms)


def in_order(history: History) -> Iterator[Text]:
    """What begins, or goes on, is the most urgent that waits: by class, then by time."""
    by_item = {each.item: play for play in history.plays for each in play.heard}
    for stretch in history.sound:
        begun = by_item.get(stretch.item)
        for waiting in history.plays:
            if (
                begun is None
                or waiting is begun
                or not _surely_waits(history, waiting, stretch.from_ms)
                or not _goes_first(waiting, begun)
            ):
                continue
            vi, en = waiting.order.told.vi, waiting.order.told.name
            yield _says(begun.order, f"phát trước {vi}", f"it is heard before {en}")


def _surely_waits(history: History, play: Played, at_ms: int) -> bool:
    """Whether it could have begun at that instant, and not before."""
    ready_ms = max(play.known_ms, play.due_ms) + GRACE_MS
    if ready_ms > at_ms or play.order.is_refused or play.step.word in ("relay", "expired"):
        return False
    if any(each.from_ms <= at_ms for each in play.heard):
        return False
    if min(play.expires_ms, play.end_ms) - LATE_MS < at_ms:
        return False
    if any(play.at_ms - GRACE_MS < each.at_ms < at_ms for each in (*play.against, *history.stops)):
        return False
    return history.is_there(play.at_ms, ready_ms) and not history.may_have_begun(play, at_ms)


def _goes_first(one: Played, other: Played) -> bool:
    if one.rank != other.rank:
        return one.rank < other.rank
    return one.due_ms + EARLY_MS < other.due_ms and one.at_ms < other.at_ms


def one_at_a_time(history: History) -> Iterator[Text]:
    """Two are never heard at once."""
    for one, other in combinations(history.sound, 2):
        both_ms = min(map(history.until_ms, (one, other))) - max(one.from_ms, other.from_ms)
        if both_ms > OVERLAP_MS:
            vi, en = f"{one.item} và {other.item}", f"{one.item} and {other.item}"
            yield Text(f"{vi} phát cùng lúc", f"{en} are heard at once")


def withdrawn_is_silent(history: History) -> Iterator[Text]:
    """What was cancelled, withdrawn or stopped is heard no more."""
    for play in history.plays:
        for order in play.against:
            if order.known_ms is None:
                continue
            gone_ms = order.known_ms + GRACE_MS
            begun = any(each.from_ms <= gone_ms for each in play.heard)
            if order.step.word == "withdrawal" and begun:
                continue
            if any(history.until_ms(each) > gone_ms for each in play.heard):
                vi, en = order.told.vi, order.told.name
                yield _says(play.order, f"còn phát sau {vi}", f"it is heard after {en}")
        for stop in _stops_of(history, play):
            yield _says(play.order, f"còn phát sau {stop.told.vi}", f"heard after {stop.told.name}")


def _stops_of(history: History, play: Played) -> Iterator[Order]:
    """The stops that must have ended it, and after which it is heard all the same."""
    for stop in history.stops:
        if stop.known_ms is None:
            continue
        sounding = any(
            each.from_ms <= stop.at_ms - OVERLAP_MS and history.until_ms(each) > stop.at_ms
            for each in play.heard
        )
        crossed = any(
            stop.at_ms - GRACE_MS < at_ms < stop.known_ms
            for other in history.plays
            if other is not play
            for at_ms in (other.at_ms, other.known_ms, other.due_ms)
        )
        there = history.is_there(stop.at_ms - GRACE_MS, stop.known_ms)
        gone_ms = stop.known_ms + GRACE_MS
        later = any(history.until_ms(each) > gone_ms for each in play.heard)
        if sounding and there and later and not crossed:
            yield stop


def within_limits(history: History) -> Iterator[Text]:
    """Nothing is heard before its time, begun when it has expired, or heard beyond its end."""
    for play in history.plays:
        if not play.heard:
            continue
        first, last = play.heard[0], play.heard[-1]
        if play.step.word == "expired" or (play.order.is_refused and not play.is_taken):
            yield _says(play.order, "phát dù lệnh đã hết hạn", "its command had expired")
        elif first.from_ms < play.due_ms - EARLY_MS:
            yield _says(play.order, "phát sớm", "it is heard before its time")
        elif first.from_ms > play.expires_ms + LATE_MS and not history.may_have_begun(
            play, play.expires_ms
        ):
            yield _says(play.order, "bắt đầu khi đã hết hiệu lực", "it begins when it has expired")
        elif history.until_ms(last) > play.end_ms + LATE_MS:
            yield _says(play.order, "phát quá giờ kết thúc", "it is heard beyond its end")
        else:
            for each in play.heard:
                if history.until_ms(each) - each.from_ms > play.step.length_ms + EARLY_MS:
                    yield _says(play.order, "phát dài hơn âm thanh", "it outlasts its sound")


def heard_as_told(history: History) -> Iterator[Text]:
    """Nothing is heard unasked, or again when nothing had cut it off."""
    known = {each.item for play in history.plays for each in play.heard}
    for stretch in history.sound:
        if stretch.from_ms >= history.start_ms and stretch.item not in known:
            yield Text(f"{stretch.item}: không ai ra lệnh", f"{stretch.item}: nobody ordered it")
    for play in history.plays:
        for sooner, later in pairwise(play.heard):
            if not _is_interrupted(history, play, sooner, later):
                yield _says(play.order, "phát lại", "it is heard again")


def _is_interrupted(history: History, play: Played, sooner: Heard, later: Heard) -> bool:
    from_ms, until_ms = history.until_ms(sooner) - SOON_MS, later.from_ms + OVERLAP_MS
    others = [each for each in history.plays if each is not play]
    return not history.is_there(from_ms, until_ms) or any(
        (from_ms < other.there_ms and other.come_ms < until_ms)
        or any(from_ms < each.from_ms < until_ms for each in other.heard)
        for other in others
    )


def logged_as_heard(history: History) -> Iterator[Text]:
    """The log has each stretch that was heard, once, and none that was not."""
    for play in history.plays:
        entries = {
            (each.detail["boot"], each.detail["sequence"]): each
            for each in history.record.entries(play.order.item)
        }.values()
        for stretch in play.heard:
            until_ms = history.until_ms(stretch)
            told = history.is_there(until_ms, until_ms + LOG_MS) and stretch.until_ms is not None
            matching = [each for each in entries if log.tells(each, stretch)]
            if any(_overlap(one, other) for one, other in combinations(matching, 2)):
                yield _says(play.order, "ghi hai lần", "it is logged twice")
            elif told and not matching and until_ms + LOG_MS < history.end_ms:
                yield _says(play.order, "nhật ký không có", "the log has it not")
        for each in entries:
            long_ms = each.detail["ended_ms"] - each.detail["started_ms"]
            claims = each.detail["outcome"] in ("played", "cut") and long_ms > log.TOLERANCE_MS
            if claims and not any(log.tells(each, stretch) for stretch in play.heard):
                yield _says(play.order, "ghi điều không nghe", "logged as it was not heard")


def _overlap(one: Happening, other: Happening) -> bool:
    """Whether two entries tell of the same time, which no two stretches of a play do."""
    both_ms: int = min(each.detail["ended_ms"] for each in (one, other)) - max(
        each.detail["started_ms"] for each in (one, other)
    )
    return both_ms > OVERLAP_MS


def state_is_true(history: History) -> Iterator[Text]:
    """The state names what is heard, and nothing in silence."""
    for status in history.record.of("status"):
        at_ms = status.at_ms
        if not history.start_ms + GRACE_MS < at_ms < history.end_ms - GRACE_MS:
            continue
        near = [
            each
            for each in history.sound
            if each.from_ms < at_ms + GRACE_MS and history.until_ms(each) > at_ms - GRACE_MS
        ]
        all_the_while = {
            each.item
            for each in near
            if each.from_ms < at_ms - GRACE_MS and history.until_ms(each) > at_ms + GRACE_MS
        }
        item = status.detail["item"]
        if all_the_while and not status.detail["playing"]:
            yield Text("trạng thái không báo đang phát", "the state tells of no sound")
        elif status.detail["playing"] and not near and _is_quiet(history, at_ms):
            yield Text("trạng thái báo phát khi im lặng", "the state tells of sound in silence")
        elif item and all_the_while and item not in all_the_while:
            yield Text("trạng thái báo tin khác", "the state names another bulletin")


def _is_quiet(history: History, at_ms: int) -> bool:
    """Whether nothing was said or due lately, so that nothing may have begun unheard."""
    since_ms = at_ms - GRACE_MS - UNHEARD_MS
    lately = [each.at_ms for each in history.orders]
    lately += [at_ms for each in history.plays for at_ms in (each.known_ms, each.due_ms)]
    return not any(since_ms < each <= at_ms for each in lately)


def volume_as_ordered(history: History) -> Iterator[Text]:
    """What is heard and told is the volume ordered last; emergencies may have their own."""
    emergencies = [each for play in history.plays if play.rank == 0 for each in play.heard]
    shown = [(each.from_ms, each.volume) for each in history.sound if each not in emergencies]
    shown += [
        (each.at_ms, each.detail["volume"])
        for each in history.record.of("status")
        if history.start_ms < each.at_ms < history.end_ms
        and not any(
            heard.from_ms - GRACE_MS < each.at_ms < history.until_ms(heard) + GRACE_MS
            for heard in emergencies
        )
    ]
    for at_ms, volume in shown:
        ordered = history.volumes(at_ms, GRACE_MS)
        if None not in (volume, ordered) and volume != ordered:
            yield Text(f"âm lượng {volume}, đặt {ordered}", f"volume {volume}, set to {ordered}")


def answered(history: History) -> Iterator[Text]:
    """While it is connected it answers what it is told; it refuses what has expired, only that."""
    for order in history.orders:
        is_expired = order.step.word == "expired"
        if order.known_ms is not None and is_expired:
            yield _says(order, "được nhận dù lệnh đã hết hạn", "taken though it had expired")
        elif order.is_refused and not is_expired:
            yield _says(order, "bị từ chối", "it was refused")
        elif history.is_there(order.at_ms - GRACE_MS, order.at_ms + GRACE_MS) and not any(
            each.at_ms <= order.at_ms + GRACE_MS
            for each in history.record.answers(order.told.order)
        ):
            yield _says(order, "không được trả lời", "it was not answered")


def stays_up(history: History) -> Iterator[Text]:
    """Nothing in it is a reason to start anew, or to lose the connection."""
    boots = {each.detail["boot"] for each in history.record.of("status")} - {""}
    if len(boots) > 1 or any(history.record.of("booted", "restarting")):
        yield Text("thiết bị khởi động lại", "the device started anew")


RULES: Mapping[str, Rule] = {
    "explored-heard-when-due": heard_when_due,
    "explored-in-order": in_order,
    "explored-one-at-a-time": one_at_a_time,
    "explored-withdrawn-is-silent": withdrawn_is_silent,
    "explored-within-limits": within_limits,
    "explored-heard-as-told": heard_as_told,
    "explored-logged-as-heard": logged_as_heard,
    "explored-state-is-true": state_is_true,
    "explored-volume-as-ordered": volume_as_ordered,
    "explored-answered": answered,
    "explored-stays-up": stays_up,
}
"""By the names of their checks."""


def _says(order: Order, vi: str, en: str) -> Text:
    return Text(f"{order.told.vi}: {vi}", f"{order.told.name}: {en}")
