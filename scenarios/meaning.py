"""Fleet, bulletins, source system, hours and targets of a scenario file as typed values.

Everything is checked that a schema cannot say. What an entry lacks or has wrong reads as nothing,
so that the rest of it is checked all the same; a file with any error is refused as a whole.
"""

from collections.abc import Iterable, Sequence

from scenarios import links, profiles, units
from scenarios.areas import Places, area_of
from scenarios.problems import Path, shown
from scenarios.reading import Reading
from scenarios.scenario import Bulletin, FleetGroup, Hours, Server, Sound, TargetRequest
from scenarios.schema import did_you_mean
from scenarios.times import Span, moment_inside_ms, moment_ms


def fleet_of(reading: Reading, places: Places | None) -> tuple[FleetGroup, ...]:
    """The groups of devices; their profiles and link classes must be shipped ones."""
    groups = []
    for path in reading.entries(("fleet",)):
        check_name(reading, (*path, "profile"), profiles.names(), "a device profile")
        check_name(reading, (*path, "link"), links.names(), "a link class")
        groups.append(
            FleetGroup(
                where=area_of(places, (*path, "where")),
                profile=reading.value((*path, "profile"), ""),
                clusters=int(reading.value((*path, "clusters"), 0)),
                link=reading.value((*path, "link"), ""),
                basis=reading.value((*path, "basis"), ""),
                adds=reading.value((*path, "adds"), False),
            )
        )
    return tuple(groups)


def bulletins_of(
    reading: Reading, places: Places | None, span: Span | None
) -> tuple[Bulletin, ...]:
    """The bulletins in the order of the file."""
    bulletins = []
    for path in reading.entries(("bulletins",)):
        bulletin = _bulletin(reading, places, span, path)
        bulletins.append(bulletin)
        if span is not None and reading.is_sound(path):
            _check_order_of_times(reading, path, bulletin)
            _warn_of_repeats(reading, path, bulletin, span)
    return tuple(bulletins)


def server_of(reading: Reading) -> Server:
    """The source system; where the file does not say, its uplink is never the limit."""
    sound_bit_s = reading.positive(("server", "sound"), units.rate_bit_s)
    return Server(
        uplink_bit_s=reading.positive(("server", "uplink"), units.rate_bit_s) or None,
        sound_bit_s=sound_bit_s or Server().sound_bit_s,
    )


def hours_of(reading: Reading) -> Hours | None:
    """When sound is allowed; None where the file does not say."""
    if reading.value(("hours",)) is None:
        return None
    to = ("hours", "to")
    hours = Hours(
        from_ms=reading.quantity(("hours", "from"), units.clock_ms),
        to_ms=reading.quantity(to, units.clock_ms),
        basis=reading.value(("hours", "basis"), ""),
    )
    if reading.is_sound(("hours",)) and hours.to_ms <= hours.from_ms:
        reading.error(to, shown(reading.value(to)), "a time of day after from")
    return hours


def targets_of(reading: Reading) -> tuple[TargetRequest, ...]:
    """The targets that the file asks to be judged by, each once."""
    targets = []
    for path in reading.entries(("targets",)):
        expect, why = reading.value((*path, "expect"), "pass"), reading.value((*path, "why"))
        if expect == "fail" and why is None and reading.is_sound((*path, "why")):
            reading.error((*path, "why"), "missing", "a reason, since the target is to be missed")
        limit = None
        if reading.value((*path, "limit")) is not None:
            limit = reading.document.nodes[(*path, "limit")].written
        targets.append(TargetRequest(reading.value((*path, "id"), ""), limit, expect, why))
    check_unique(reading, [(*path, "id") for path in reading.entries(("targets",))])
    return tuple(targets)


def check_unique(reading: Reading, paths: Iterable[Path], taken: Iterable[str] = ()) -> None:
    """Each name once; `taken` are names that exist without being written."""
    seen = set(taken)
    for path in paths:
        name = reading.value(path)
        if name in seen:
            reading.error(path, f"{shown(name)} again", "each name once")
        elif name is not None:
            seen.add(name)


def check_name(reading: Reading, path: Path, known: Sequence[str], what: str) -> None:
    """One of the names that are known, `what` in the message."""
    name = reading.value(path)
    if name is not None and name not in known:
        expected = f"{what}: one of {', '.join(known)}"
        reading.error(path, shown(name), expected, did_you_mean(name, known))


def _bulletin(reading: Reading, places: Places | None, span: Span | None, path: Path) -> Bulletin:
    bulletin_class = reading.value((*path, "class"), "emergency")
    severity_path = (*path, "severity")
    if bulletin_class != "emergency" and reading.value(severity_path) is not None:
        wrong = f"the severity of a {bulletin_class} bulletin"
        reading.error(severity_path, wrong, "none: only an emergency has a severity")
    valid_path, sound_path, repeat_path = (*path, "valid"), (*path, "sound"), (*path, "repeat")
    valid_ms = reading.positive(valid_path, units.duration_ms)
    size_bytes = reading.positive((*sound_path, "size"), units.size_bytes)
    return Bulletin(
        id=reading.value((*path, "id"), ""),
        bulletin_class=bulletin_class,
        severity=int(reading.value(severity_path, 0)),
        at_ms=moment_inside_ms(reading, (*path, "at"), span) or 0,
        to=area_of(places, (*path, "to")),
        sound=Sound(
            kind=reading.value((*sound_path, "kind"), "file"),
            length_ms=reading.positive((*sound_path, "length"), units.duration_ms),
            size_bytes=size_bytes or None,
            text=reading.value((*sound_path, "text")),
        ),
        times=int(reading.value((*repeat_path, "times"), 1)),
        gap_ms=reading.positive((*repeat_path, "gap"), units.duration_ms),
        not_before_ms=moment_inside_ms(reading, (*path, "not_before"), span),
        valid_ms=valid_ms or None,
        end_by_ms=moment_ms(reading, (*path, "end_by"), span),
        order=int(reading.value((*path, "order"), 0)),
        cancel_at_ms=moment_inside_ms(reading, (*path, "cancel", "at"), span),
    )


def _check_order_of_times(reading: Reading, path: Path, bulletin: Bulletin) -> None:
    earliest_ms = max(bulletin.at_ms, bulletin.not_before_ms or 0)
    if bulletin.cancel_at_ms is not None and bulletin.cancel_at_ms <= bulletin.at_ms:
        cancel = (*path, "cancel", "at")
        reading.error(cancel, shown(reading.value(cancel)), "a moment after the bulletin's own at")
    if bulletin.end_by_ms is not None and bulletin.end_by_ms <= earliest_ms:
        end_by = (*path, "end_by")
        reading.error(end_by, shown(reading.value(end_by)), "a moment after at and not_before")
    if bulletin.valid_ms is not None and bulletin.at_ms + bulletin.valid_ms <= earliest_ms:
        valid = (*path, "valid")
        reading.error(valid, shown(reading.value(valid)), "a duration that reaches not_before")


def _warn_of_repeats(reading: Reading, path: Path, bulletin: Bulletin, span: Span) -> None:
    if bulletin.times == 1:
        return
    if bulletin.gap_ms < bulletin.sound.length_ms:
        wrong = f"{units.duration_text(bulletin.gap_ms)} and the plays run into each other"
        length = units.duration_text(bulletin.sound.length_ms)
        reading.warn((*path, "repeat", "gap"), wrong, f"at least the sound's length, {length}")
    issued = -(-(span.horizon_ms - bulletin.at_ms) // bulletin.gap_ms)
    if issued < bulletin.times:
        wrong = f"{bulletin.times}, of which {issued} begin before the scenario's end"
        reading.warn((*path, "repeat", "times"), wrong, f"at most {issued}")
