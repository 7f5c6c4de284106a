"""Figures of a plan file: uncertain or not, each with its mark and source."""

from collections.abc import Callable, Collection
from typing import Final, get_args

from scenarios.problems import Path, shown
from scenarios.reading import Reading
from scenarios.rollout.plan import Each, Form, Uncertain
from scenarios.scenario import MILLION, Text
from scenarios.sourced import Basis

EVERY: Final[tuple[Each, ...]] = get_args(Each)
NOT_BY_WORK: Final[tuple[Each, ...]] = ("plan", "year")

_FORMS: Final[tuple[Form, ...]] = get_args(Form)


def basis_of(reading: Reading, path: Path) -> Basis:
    """The mark and the source at a path."""
    mark = reading.value((*path, "mark"), "assumed")
    return Basis(mark, reading.value((*path, "source"), ""))


def text_of(reading: Reading, path: Path) -> Text:
    """The text at a path, in both languages."""
    return Text(reading.value((*path, "vi"), ""), reading.value((*path, "en"), ""))


def uncertain_of(
    reading: Reading, path: Path, read: Callable[[str], int], each: Collection[Each] = EVERY
) -> Uncertain:
    """The figure at a path, whose points `read` reads; `each` are what a draw of it may be of."""
    basis = basis_of(reading, path)
    nothing = Uncertain("fixed", (0,), "plan", basis)
    written = reading.document.data_at(path)
    forms = [form for form in _FORMS if isinstance(written, dict) and form in written]
    if not forms:
        if reading.is_sound(path):
            reading.error(path, "without a value", f"one of {', '.join(_FORMS)}")
        return nothing
    if len(forms) > 1:
        reading.error((*path, forms[1]), "a second form", f"{forms[0]}, or {forms[1]}, not both")
        return nothing
    form = forms[0]
    there = (*path, form)
    places = [there] if form == "fixed" else list(reading.entries(there))
    points = tuple(reading.quantity(place, read) for place in places)
    if reading.is_sound(there) and list(points) != sorted(points):
        reading.error(there, "a list that falls", "the smaller before the larger")
    drawn_for = _each(reading, path, form, each)
    if not reading.is_sound(path):
        return nothing
    return Uncertain(form, points, drawn_for, basis)


def share_of_a_whole(reading: Reading, path: Path, uncertain: Uncertain) -> Uncertain:
    """The figure, where no draw of it is more than the whole."""
    if uncertain.form == "spread":
        p50, p90 = uncertain.points
        if 2 * p90 - p50 > MILLION:
            expected = "a P90 and P50 of which 2 x P90 - P50, the most, is at most 100%"
            reading.error((*path, "spread"), "more than the whole at its most", expected)
    return uncertain


def _each(reading: Reading, path: Path, form: Form, known: Collection[Each]) -> Each:
    there = (*path, "each")
    each: Each | None = reading.value(there)
    if form == "fixed":
        return "plan"
    if each is None:
        if reading.is_sound(there):
            reading.error(there, "missing", f"what a draw is of: {' or '.join(known)}")
        return "plan"
    if each not in known:
        reading.error(there, shown(each), " or ".join(known))
    return each
