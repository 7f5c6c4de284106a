"""What the page's script draws from: the map's points, the reach of each, the timelines."""

import json
from typing import Any

from markupsafe import Markup

from reports.findings.found import Found
from reports.findings.reach import STEPS_S
from reports.findings.timelines import as_data
from reports.report_words import CLASSES, ENDINGS, LEVELS, OUTCOME_WORDS, step_words
from scenarios.problems import one_line
from scenarios.scenario import Text
from simulator.playout.case import REASONS


def script_data(found: Found) -> Markup:
    """All of it as JSON that may stand in a script element."""
    text = json.dumps(_data(found), ensure_ascii=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    # Nothing is left that could end the element or begin another.
    return Markup(text)


def _data(found: Found) -> dict[str, Any]:
    communes, start = found.communes, found.bundle.start
    groups = sorted({one.group for one in communes.all})
    unheard = found.timelines.missed.tolist()
    return {
        "steps": [_words(step_words(seconds)) for seconds in (*STEPS_S, None)],
        "districts": list(map(one_line, groups)),
        "communes": [
            [one_line(one.name), groups.index(one.group), *_point(found, place), bad]
            for place, (one, bad) in enumerate(zip(communes.all, unheard, strict=True))
        ],
        "bulletins": [
            {"devices": reach.devices.tolist(), "heard": reach.heard.tolist()}
            for reach in found.reaches
        ],
        "levels": list(map(_words, LEVELS)),
        "start": start.replace(tzinfo=None).isoformat(),
        "horizon_ms": found.bundle.results["scenario"]["horizon_ms"],
        "classes": {name: _words(word) for name, word in CLASSES.items()},
        "outcomes": list(map(_words, OUTCOME_WORDS)),
        "endings": [_words(ENDINGS[reason]) for reason in REASONS],
        **as_data(found.bundle, found.timelines),
    }


def _point(found: Found, place: int) -> tuple[float | None, float | None]:
    one = found.communes.all[place]
    if found.frame is None or one.latitude is None or one.longitude is None:
        return None, None
    return found.frame.place((one.latitude, one.longitude))


def _words(text: Text) -> list[str]:
    return [text.vi, text.en]
