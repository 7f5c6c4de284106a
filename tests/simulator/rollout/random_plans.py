"""Any small plan, for Hypothesis."""

from typing import Any

from hypothesis import strategies as st

from scenarios.rollout.plan import (
    STATION_KINDS,
    Delivery,
    Each,
    Failures,
    Form,
    Plan,
    Prices,
    Source,
    Station,
    Uncertain,
)
from tests.simulator.rollout.plans import (
    ALL_KINDS,
    BASIS,
    FAR_VILLAGE,
    FAR_WARD,
    OTHER_WARD,
    TOWNSHIP,
    VILLAGE,
    WARD,
    commune,
    plan,
    row,
    ruled,
    source,
)

COMMUNES = (WARD, OTHER_WARD, TOWNSHIP, VILLAGE, FAR_WARD, FAR_VILLAGE)
POINTS: dict[Form, int] = {"fixed": 1, "uniform": 2, "triangular": 3, "spread": 2}


@st.composite
def figures(draw: st.DrawFn, most: int, *each: Each) -> Uncertain:
    """A figure up to so much."""
    form = draw(st.sampled_from(sorted(POINTS)))
    size = POINTS[form]
    points = sorted(draw(st.lists(st.integers(0, most), min_size=size, max_size=size)))
    return Uncertain(form, tuple(points), draw(st.sampled_from(each)), BASIS)


def priced(most: int) -> st.SearchStrategy[Uncertain]:
    return figures(most, "plan", "year", "work")


stations = st.builds(
    row,
    id=st.text("abcdefgh", min_size=1, max_size=3),
    commune=st.sampled_from(COMMUNES),
    kind=st.sampled_from(STATION_KINDS),
    since=st.none() | st.integers(2010, 2023),
    condition=st.sampled_from(["good", "good", "degraded", "broken"]),
    clusters=st.integers(0, 4),
    villages=st.integers(0, 3),
    covered=st.just(0),
)


@st.composite
def some_sources(draw: st.DrawFn, years: int) -> list[Source]:
    made = []
    for name in draw(st.lists(st.sampled_from("xyz"), max_size=3, unique=True)):
        provinces = draw(st.sampled_from([(), (), ("52",), ("44",), ("52", "44")]))
        where = st.frozensets(st.sampled_from(COMMUNES))
        made.append(
            source(
                name,
                draw(st.lists(st.integers(0, 120), min_size=years, max_size=years)),
                pays=tuple(draw(st.sets(st.sampled_from(ALL_KINDS)))),
                provinces=provinces,
                communes=draw(st.none() | where),
                cut=draw(st.none() | figures(900_000, "plan", "year")),
                carries_over=draw(st.booleans()),
            )
        )
    return made


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    years = draw(st.integers(1, 4))
    rows: list[Station] = draw(st.lists(stations, max_size=9, unique_by=lambda one: one.id))
    coverages = [row(**_fields(one, draw(st.integers(0, one.villages)))) for one in rows]
    codes = draw(st.sets(st.sampled_from(COMMUNES), min_size=1))
    codes |= {one.commune for one in rows}
    kinds = draw(st.permutations(ALL_KINDS))[draw(st.sampled_from([0, 0, 1])) :]
    return plan(
        coverages,
        provinces=draw(st.sampled_from([("52", "44"), ("44", "52")])),
        last_year=2022 + years - 1,
        seed=draw(st.integers(0, 2**64 - 1)),
        communes={
            code: commune(code, draw(st.integers(0, 3)), draw(st.booleans()))
            for code in draw(st.permutations(sorted(codes)))
        },
        big_boards=draw(st.frozensets(st.sampled_from(["540", "542", "450"]))),
        source_system_done=draw(st.booleans()),
        sources=tuple(draw(some_sources(years))),
        prices=Prices(*(draw(priced(most)) for most in (9, 9, 9, 9, 30, 30))),
        delivery=Delivery(
            draw(st.integers(1, 3)),
            draw(figures(200, "plan", "year")),
            *(draw(priced(most)) for most in (200, 60, 60)),
            BASIS,
        ),
        failures=Failures(draw(priced(1_000_000)), draw(priced(1_000_000))),
        rules=ruled(
            yearly_per_million=draw(st.sampled_from([100_000, 250_000, 500_000, 1_000_000])),
            base=draw(st.sampled_from(["first-stock", "remaining"])),
            paced=draw(st.booleans()),
            joins=draw(st.booleans()),
            kinds=tuple(kinds),
        ),
    )


def _fields(one: Station, covered: int) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__} | {"covered": covered}
