"""The reach of an emergency in two worlds, curve over curve: a drawing of HTML and SVG alone."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from scenarios.problems import one_line
from scenarios.scenario import Text

Point = tuple[float, float]
"""Percent from the left, and from below."""

FIRST_MS: Final = 100
LAST_MS: Final = 180_000
MOST_CURVES: Final = 12

CAPTION: Final = Text(
    "Phần lượt phát trên thiết bị trực tuyến đã có tiếng, theo thời gian từ lúc phát lệnh. Thế "
    "giới ảo: nét đứt, hình thoi; thế giới thực: nét liền, chấm tròn. Dấu là số đo được, từ trung "
    "vị trở đi; nét giữa các dấu chỉ để dễ nhìn. Dải nhạt: dung sai quanh thế giới ảo.",
    "Share of the plays on devices online that have sounded, by the time since issue. Virtual "
    "world: dashed, diamonds; live world: solid, dots. Marks are what was measured, from the "
    "median on; the lines between them only lead the eye. Pale band: the tolerance around the "
    "virtual world.",
)

STYLE: Final = """\
.worlds { display: grid; gap: 1.75rem 2.5rem; margin: 1.5rem 0;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); }
.worlds figure { margin: 0; } .worlds figcaption { font-weight: 600; margin-bottom: .75rem; }
.worlds figure > div { position: relative; height: 14rem; margin: 0 1rem 2rem 3.25rem; }
.worlds svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
.worlds path { stroke: #c9d2d9; vector-effect: non-scaling-stroke; fill: none; }
.worlds polygon { fill: #3878a8; opacity: .25; }
.worlds polyline { fill: none; stroke-width: 2.5px; vector-effect: non-scaling-stroke;
  stroke-linejoin: round; }
.worlds .virtual { stroke: #8a6100; stroke-dasharray: 7 5; } .worlds .live { stroke: #0b3f5c; }
.worlds i { position: absolute; box-sizing: border-box; width: .7rem; height: .7rem;
  margin: 0 0 -.35rem -.35rem; }
.worlds i.virtual { background: #fff; border: 2px solid #8a6100; transform: rotate(45deg); }
.worlds i.live { background: #0b3f5c; border-radius: 50%; width: .5rem; height: .5rem;
  margin: 0 0 -.25rem -.25rem; }
.worlds span { position: absolute; font-size: .75rem; color: #51606c; white-space: nowrap; }
.worlds span.high { right: calc(100% + .6rem); transform: translateY(50%); }
.worlds span.time { top: calc(100% + .35rem); transform: translateX(-50%); }
"""

_TICKS: Final = {
    100: "100 ms",
    1_000: "1 s",
    4_000: "4 s",
    20_000: "20 s",
    60_000: "60 s",
    180_000: "180 s",
}


def figures(worlds: Mapping[str, Any], name: str) -> str:
    """A figure for each emergency of a comparison; the ids of the figures begin with `name`."""
    allowed = 100 * worlds["tolerance"]["shares"]["reach"]
    drawn = (
        _figure(curve, allowed, f"{name}-curve-{number}")
        for number, curve in enumerate(worlds["curves"][:MOST_CURVES])
    )
    return f'<div class="worlds">{"".join(drawn)}</div>'


def _figure(curve: Mapping[str, Any], allowed: float, name: str) -> str:
    virtual, live = (_placed(curve[world]) for world in ("virtual", "live"))
    ticks = {_at(ms): word for ms, word in _TICKS.items()}
    return drawn(curve["id"], name, virtual, live, ticks, _band(virtual, allowed))


def drawn(
    title: str,
    name: str,
    first: Sequence[Point],
    second: Sequence[Point],
    ticks: Mapping[float, str],
    band: str = "",
) -> str:
    """Two curves over each other, all in percent of the axes; `name` is the title's id."""
    both = (("virtual", first), ("live", second))
    lines = "".join(
        f'<polyline class="{looks}" points="{_points(points)}"/>' for looks, points in both
    )
    marks = "".join(
        f'<i class="{looks}" style="left:{at:g}%;bottom:{high:g}%"></i>'
        for looks, points in both
        for at, high in points
    )
    heights = "".join(
        f'<span class="high" style="bottom:{high}%">{high} %</span>' for high in (0, 50, 100)
    )
    times = "".join(
        f'<span class="time" style="left:{at:g}%">{word}</span>' for at, word in ticks.items()
    )
    polygon = f'<polygon points="{band}"/>' if band else ""
    return (
        f'<figure><figcaption id="{name}">{escape(one_line(title))}</figcaption>'
        f'<div role="img" aria-labelledby="{name}">'
        '<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">'
        f'<path d="M0 0H100M0 50H100M0 100H100"/>{polygon}{lines}</svg>'
        f"{marks}{heights}{times}</div></figure>"
    )


def _placed(points: Sequence[Sequence[float]]) -> list[Point]:
    """Percent from the left and from below, of what the axis bears."""
    return [(_at(ms), round(100 * share, 2)) for ms, share in points if ms <= LAST_MS]


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{at:g},{100 - high:g}" for at, high in points)


def _band(points: Sequence[Point], allowed: float) -> str:
    upper = [(at, min(100.0, high + allowed)) for at, high in points]
    lower = [(at, max(0.0, high - allowed)) for at, high in reversed(points)]
    return _points([*upper, *lower])


def _at(ms: float) -> float:
    return round(100 * math.log(max(ms, FIRST_MS) / FIRST_MS) / math.log(LAST_MS / FIRST_MS), 2)
