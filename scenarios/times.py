"""The time that a scenario covers, and the moments that its file names."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from scenarios import units
from scenarios.problems import Path, shown
from scenarios.reading import Reading

LONGEST_DAYS = 366
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Span:
    """From the scenario's start to its end, `horizon_ms` later."""

    start: datetime
    horizon_ms: int


def span_of(reading: Reading) -> Span | None:
    """What `start` and `end` say; None, and errors, where that is no span."""
    start, end = _moment(reading, ("start",)), _moment(reading, ("end",))
    if start is None or end is None:
        return None
    horizon_ms = (end - start) // _MILLISECOND
    if not 0 < horizon_ms <= LONGEST_DAYS * units.DAY_MS:
        expected = f"a moment after the start, by at most {LONGEST_DAYS} days"
        reading.error(("end",), shown(reading.value(("end",))), expected)
        return None
    return Span(start, horizon_ms)


def moment_ms(reading: Reading, path: Path, span: Span | None) -> int | None:
    """Milliseconds from the scenario's start; None where there is no sound moment or span."""
    moment = _moment(reading, path)
    if moment is None or span is None:
        return None
    return (moment - span.start) // _MILLISECOND


def moment_inside_ms(reading: Reading, path: Path, span: Span | None) -> int | None:
    """The same of a moment that must lie within the scenario."""
    at_ms = moment_ms(reading, path, span)
    if at_ms is None or span is None or 0 <= at_ms < span.horizon_ms:
        return at_ms
    expected = "a moment from the scenario's start to before its end"
    reading.error(path, shown(reading.value(path)), expected)
    return None


def _moment(reading: Reading, path: Path) -> datetime | None:
    text = reading.value(path)
    if text is None:
        return None
    try:
        return units.instant(text)
    except ValueError as error:
        reading.error(path, shown(text), str(error))
        return None
