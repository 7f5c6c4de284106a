"""A generated rollout plan of some provinces: the same work for the core and for the model.

One row in each commune of 2022, four years from then; every figure uncertain, as much of it drawn
for each work as in a real plan.
"""

from collections.abc import Sequence
from random import Random

from scenarios import territory
from scenarios.rollout.plan import (
    WORK_KINDS,
    CommuneStock,
    Condition,
    Counted,
    Delivery,
    Failures,
    Plan,
    Prices,
    Rules,
    RunningCosts,
    Source,
    Station,
    StationKind,
    Uncertain,
)
from scenarios.scenario import Text
from scenarios.sourced import Basis

_BASIS = Basis("assumed", "a benchmark")
_TITLE = Text("Đo tốc độ", "Benchmark")
_KINDS: Sequence[StationKind] = ("none", "wired", "fm-low", "fm-high", "fm-high", "ip")
_CONDITIONS: Sequence[Condition] = ("good", "good", "degraded", "broken")
_MONEY_FOR_A_COMMUNE = 60_000_000


def generated(provinces: Sequence[str] | None = None) -> Plan:
    """The plan of these provinces of 2022; of the whole country where none are named."""
    land = territory.load("2022")
    chosen = tuple(provinces or sorted(land.provinces))
    communes = [one for one in land.communes.values() if one.province in chosen]
    random = Random(2022)
    return Plan(
        title=_TITLE,
        era="2022",
        provinces=chosen,
        first_year=2022,
        last_year=2025,
        seed=96,
        stations=tuple(
            Station(
                id=f"s-{one.code}",
                commune=one.code,
                kind=random.choice(_KINDS),
                since=random.choice([None, *range(2008, 2022)]),
                condition=random.choice(_CONDITIONS),
                clusters=random.randint(4, 14),
                villages=6,
                covered=random.randint(3, 6),
                terrain="plain",
                generated=True,
            )
            for one in sorted(communes)
        ),
        communes={
            one.code: CommuneStock(
                *(one.code, random.randint(800, 4_000), random.random() < 0.1, True, 1, 1, True)
            )
            for one in sorted(communes)
        },
        big_boards=frozenset(),
        source_system_done=False,
        sources=tuple(
            Source(
                *(f"{kind}-{province}", _TITLE, WORK_KINDS, (province,), None),
                (count * _MONEY_FOR_A_COMMUNE * share // 100,) * 4,
                _figure("triangular", 0, 50_000, 300_000, each="year"),
                carries_over=kind == "central",
                basis=_BASIS,
            )
            for province in chosen
            for count in [sum(one.province == province for one in communes)]
            for kind, share in (("province", 70), ("central", 30))
        ),
        prices=Prices(
            _figure("triangular", 24_000_000, 36_000_000, 50_000_000, each="work"),
            _figure("triangular", 30_000_000, 50_000_000, 90_000_000, each="work"),
            _figure("uniform", 8_000_000, 15_000_000, each="plan"),
            _figure("uniform", 100_000_000, 200_000_000, each="year"),
            _figure("uniform", 800_000_000, 1_500_000_000, each="year"),
            _figure("uniform", 3_000_000_000, 6_000_000_000, each="plan"),
        ),
        running=RunningCosts(0, 0, 0, _BASIS),
        delivery=Delivery(
            4,
            _figure("spread", 90, 180, each="year"),
            _figure("spread", 45, 90, each="work"),
            _figure("uniform", 1, 3, each="work"),
            _figure("fixed", 2, each="plan"),
            _BASIS,
        ),
        failures=Failures(
            _figure("fixed", 50_000, each="plan"), _figure("uniform", 100_000, 200_000, each="year")
        ),
        rules=Rules(
            250_000, "first-stock", True, 5, False, True,
            ("source-system", "station", "join", "big-board", "board"), _BASIS,
        ),
        counted=Counted(None, None),
        documents=(),
        link_urban="",
        link_rural="",
        profile="",
        converter_profile="",
        board_profile="",
        notes=(),
    )  # fmt: skip


def _figure(form: str, *points: int, each: str) -> Uncertain:
    return Uncertain(form, points, each, _BASIS)  # type: ignore[arg-type]  # literals, passed on
