"""A CAP alert as a bulletin that an operator sees first, and a bulletin as a CAP alert.

CAP has no classes of bulletins. This project's own alerts carry theirs in the parameter
"TTCS-class"; of others, an emergency is what the United States' wireless alerts call an imminent
threat (urgency Immediate or Expected, severity Extreme or Severe, certainty Observed or Likely),
priority is what is urgent or severe, and the rest is normal. An operator decides in any case.

Places are geocodes whose list names the administrative era, such as ("VN-2022", "52"): a province,
district or commune code of that era, or "VN" for the whole country. Devices have a list of their
own, "TTCS-device". Shapes are not turned into places: an operator is told of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from reference_system.interface.cap.alert import (
    Alert,
    AlertArea,
    Category,
    Certainty,
    Info,
    MessageType,
    Pair,
    Reference,
    Resource,
    Severity,
    Status,
    Urgency,
)
from scenarios import territory
from scenarios.problems import shortened
from scenarios.scenario import CLASSES, Area, BulletinClass

CLASS_PARAMETER = "TTCS-class"
DEVICE_LIST = "TTCS-device"
WHOLE_COUNTRY = "VN"

SEVERITIES: tuple[Severity, ...] = ("Extreme", "Severe", "Moderate", "Minor")
"""By the project's severity, 0 to 3; "Unknown" is None."""

_URGENCY: dict[BulletinClass, Urgency] = {
    "emergency": "Immediate",
    "priority": "Expected",
    "normal": "Future",
}
_ERA_OF_LIST = {f"VN-{era}": era for era in territory.ERAS}
_LANGUAGE_UNSAID = "en-US"  # says the standard

DraftStatus = Literal["Actual", "Exercise", "Test"]
DraftMessage = Literal["Alert", "Update", "Cancel"]

_NO_BULLETIN: dict[Status | MessageType, tuple[str, str]] = {
    "System": (
        "thông điệp nội bộ giữa các hệ thống, không phải bản tin",
        "a message between systems, not a bulletin",
    ),
    "Draft": (
        "bản nháp của nơi gửi, chưa được phép sử dụng",
        "a draft of its sender's, not to be acted upon",
    ),
    "Ack": ("chỉ là xác nhận đã nhận", "an acknowledgement only"),
    "Error": ("chỉ là thông báo từ chối", "a rejection only"),
    "Alert": ("cảnh báo không có nội dung", "an alert that says nothing"),
    "Update": ("cập nhật không có nội dung", "an update that says nothing"),
}

_NOTES: dict[str, tuple[str, str]] = {
    "severity-unknown": ("nơi gửi không nói mức độ", "the sender does not say how severe"),
    "no-expiry": ("không có thời điểm hết hiệu lực", "there is no time of expiry"),
    "no-vietnamese": ("không có nội dung tiếng Việt", "there is no text in Vietnamese"),
    "unknown-geocode": ("mã địa bàn không nhận ra: {what}", "geocode not recognised: {what}"),
    "shape": (
        "địa bàn vẽ bằng hình, cần chọn tay: {what}",
        "an area drawn as a shape, to be chosen by hand: {what}",
    ),
    "no-place": ("không có địa bàn nào nhận ra được", "no place was recognised"),
    "other-parts": (
        "cảnh báo còn phần khác với mức độ, thời gian hoặc địa bàn khác",
        "the alert has other parts, of another severity, time or place",
    ),
}


class NoBulletin(Exception):
    """An alert that is no bulletin: `reason` is its status or type, said in `vi` and `en`."""

    def __init__(self, reason: Status | MessageType) -> None:
        """A `reason` of `_NO_BULLETIN`."""
        self.reason = reason
        self.vi, self.en = _NO_BULLETIN[reason]
        super().__init__(f"{reason}: {self.en}")


@dataclass(frozen=True, slots=True)
class Note:
    """Something that an operator must look at: a code, and a sentence in each language."""

    code: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class CapText:
    """What is said in one language; `event` is the kind of event, such as "Bão"."""

    language: str
    event: str
    title: str | None = None
    text: str | None = None
    instruction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapDraft:
    """A bulletin as CAP can say it.

    `severity` is 0 (extreme) to 3, or None where it is not known. `not_before_ms` is when it may
    be told (CAP's effective), `onset_ms` when its event is expected. `era` is that of the codes in
    `area`, None where there are none. `notes` are for whoever appraises the draft.
    """

    identifier: str
    sender: str
    sent_ms: int
    status: DraftStatus
    message: DraftMessage
    references: tuple[Reference, ...] = ()
    bulletin_class: BulletinClass
    severity: int | None
    texts: tuple[CapText, ...]
    not_before_ms: int | None = None
    onset_ms: int | None = None
    expires_ms: int | None = None
    era: str | None = None
    area: Area = field(default_factory=Area)
    notes: tuple[Note, ...] = ()


def bulletin_draft(alert: Alert) -> CapDraft:
    """The bulletin that an alert speaks of.

    An alert's parts in several languages become the texts of one bulletin, Vietnamese first; class,
    severity, times and places are those of the first Vietnamese part, otherwise of the first. A
    cancel needs no part. Raises `NoBulletin` for the statuses System and Draft, for an
    acknowledgement or error, and for an alert or update without a part.
    """
    match alert.status:
        case "System" | "Draft":
            raise NoBulletin(alert.status)
    match alert.message:
        case "Ack" | "Error":
            raise NoBulletin(alert.message)
        case "Alert" | "Update" if not alert.infos:
            raise NoBulletin(alert.message)
    parts = sorted(alert.infos, key=lambda info: not _is_vietnamese(_language(info)))
    era, area, place_notes = _places(parts[0].areas if parts else ())
    return CapDraft(
        identifier=alert.identifier,
        sender=alert.sender,
        sent_ms=alert.sent_ms,
        status=alert.status,
        message=alert.message,
        references=alert.references,
        bulletin_class=_class(parts[0]) if parts else "normal",
        severity=_severity(parts[0]) if parts else None,
        texts=tuple(_text(info) for info in parts),
        not_before_ms=parts[0].effective_ms if parts else None,
        onset_ms=parts[0].onset_ms if parts else None,
        expires_ms=parts[0].expires_ms if parts else None,
        era=era,
        area=area,
        notes=(*_notes(parts), *place_notes) if parts else (),
    )


def alert_of(
    draft: CapDraft,
    *,
    category: Category = "Safety",
    certainty: Certainty = "Unknown",
    sender_name: str | None = None,
    resources: Sequence[Resource] = (),
) -> Alert:
    """The public alert that says what a bulletin says, once for each of its languages.

    The notes stay behind; without them `bulletin_draft` gives the same draft again, if its times
    are whole seconds. A bulletin without texts becomes an alert without parts, which only a cancel
    may be. Raises `ValueError` where `area` has codes and `era` is none of the known.
    """
    areas = _alert_areas(draft)
    severity: Severity = "Unknown" if draft.severity is None else SEVERITIES[draft.severity]
    return Alert(
        identifier=draft.identifier,
        sender=draft.sender,
        sent_ms=draft.sent_ms,
        status=draft.status,
        message=draft.message,
        references=draft.references,
        # The standard asks for the name of an exercise here.
        note=draft.identifier if draft.status == "Exercise" else None,
        infos=tuple(
            Info(
                language=text.language,
                categories=(category,),
                event=text.event,
                urgency=_URGENCY[draft.bulletin_class],
                severity=severity,
                certainty=certainty,
                effective_ms=draft.not_before_ms,
                onset_ms=draft.onset_ms,
                expires_ms=draft.expires_ms,
                sender_name=sender_name,
                headline=text.title,
                description=text.text,
                instruction=text.instruction,
                parameters=((CLASS_PARAMETER, draft.bulletin_class),),
                resources=tuple(resources),
                areas=areas,
            )
            for text in draft.texts
        ),
    )


def _class(info: Info) -> BulletinClass:
    said = dict(info.parameters).get(CLASS_PARAMETER)
    for bulletin_class in CLASSES:
        if said == bulletin_class:
            return bulletin_class
    urgent = info.urgency in ("Immediate", "Expected")
    severe = info.severity in ("Extreme", "Severe")
    if urgent and severe and info.certainty in ("Observed", "Likely"):
        return "emergency"
    return "priority" if urgent or severe else "normal"


def _severity(info: Info) -> int | None:
    return None if info.severity == "Unknown" else SEVERITIES.index(info.severity)


def _language(info: Info) -> str:
    return info.language or _LANGUAGE_UNSAID


def _is_vietnamese(language: str) -> bool:
    return language.split("-")[0].lower() == "vi"


def _text(info: Info) -> CapText:
    return CapText(_language(info), info.event, info.headline, info.description, info.instruction)


def _notes(parts: Sequence[Info]) -> Iterator[Note]:
    first = parts[0]
    if first.severity == "Unknown":
        yield _note("severity-unknown")
    if first.expires_ms is None:
        yield _note("no-expiry")
    if not _is_vietnamese(_language(first)):
        yield _note("no-vietnamese")
    if any(_circumstances(part) != _circumstances(first) for part in parts):
        yield _note("other-parts")


def _circumstances(info: Info) -> tuple[object, ...]:
    times = info.effective_ms, info.onset_ms, info.expires_ms
    places = [area.geocodes or (area.polygons, area.circles) for area in info.areas]
    return info.urgency, info.severity, info.certainty, times, places


def _note(code: str, what: str = "") -> Note:
    vi, en = (sentence.format(what=shortened(what)) for sentence in _NOTES[code])
    return Note(code, vi, en)


def _places(areas: Sequence[AlertArea]) -> tuple[str | None, Area, list[Note]]:
    """The era of the first code of a known list, the places of that era, and what is none."""
    codes = [pair for area in areas for pair in area.geocodes]
    era = next((_ERA_OF_LIST[name] for name, _ in codes if name in _ERA_OF_LIST), None)
    found: dict[str, dict[str, None]] = {}  # the codes of each level, once each, in their order
    notes = []
    for name, value in dict.fromkeys(codes):
        level = _level(name, value, era)
        if level is None:
            notes.append(_note("unknown-geocode", f"{name} {value}"))
        else:
            found.setdefault(level, {})[value] = None
    notes += [
        _note("shape", area.description)
        for area in areas
        if not area.geocodes and (area.polygons or area.circles)
    ]
    if not found:
        notes.append(_note("no-place"))
    everywhere = found.pop("everywhere", None) is not None
    return era, Area(everywhere, **{level: tuple(values) for level, values in found.items()}), notes


def _level(name: str, value: str, era: str | None) -> str | None:
    """The field of `Area` that a geocode belongs to; None where it is not recognised."""
    if name == DEVICE_LIST:
        return "devices"
    if era is None or _ERA_OF_LIST.get(name) != era:
        return None
    if value == WHOLE_COUNTRY:
        return "everywhere"
    units = territory.load(era)
    levels = ("provinces", "districts", "communes")
    return next((level for level in levels if value in getattr(units, level)), None)


def _alert_areas(draft: CapDraft) -> tuple[AlertArea, ...]:
    area, named = draft.area, list(_named_codes(draft))
    named += [(code, (DEVICE_LIST, code)) for code in area.devices]
    if not named:
        return ()
    description = "; ".join(name for name, _ in named)
    return (AlertArea(description=description, geocodes=tuple(code for _, code in named)),)


def _named_codes(draft: CapDraft) -> Iterator[tuple[str, Pair]]:
    area = draft.area
    if not (area.everywhere or area.provinces or area.districts or area.communes):
        return
    units, codes = territory.load(draft.era or ""), f"VN-{draft.era}"
    if area.everywhere:
        yield "Việt Nam", (codes, WHOLE_COUNTRY)
    for code in area.provinces:
        yield units.provinces.get(code, code), (codes, code)
    for code in area.districts:
        yield units.districts[code].full_name if code in units.districts else code, (codes, code)
    for code in area.communes:
        yield units.communes[code].full_name if code in units.communes else code, (codes, code)
