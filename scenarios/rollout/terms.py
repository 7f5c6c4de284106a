"""Money, prices, times and rules of a plan file as typed values."""

from scenarios.areas import Places, area_of
from scenarios.meaning import check_unique
from scenarios.problems import Path, shown
from scenarios.reading import Reading
from scenarios.rollout.figures import (
    EVERY,
    NOT_BY_WORK,
    basis_of,
    share_of_a_whole,
    text_of,
    uncertain_of,
)
from scenarios.rollout.plan import (
    Counted,
    Delivery,
    Failures,
    Prices,
    Rules,
    RunningCosts,
    Source,
    Uncertain,
    WorkKind,
)
from scenarios.units import money_vnd, share_per_million, whole_days

_NOT_A_WORK = "district-transmission"


def sources_of(reading: Reading, places: Places | None, years: int) -> tuple[Source, ...]:
    """The sources of money in the order of the file, each with an amount for every year."""
    check_unique(reading, [(*path, "id") for path in reading.entries(("money",))])
    return tuple(_source(reading, places, years, path) for path in reading.entries(("money",)))


def prices_of(reading: Reading) -> Prices:
    """What is bought."""

    def price(name: str) -> Uncertain:
        return uncertain_of(reading, ("prices", name), money_vnd)

    return Prices(
        cluster=price("cluster"),
        head_end=price("head_end"),
        converter=price("converter"),
        board=price("board"),
        big_board=price("big_board"),
        source_system=price("source_system"),
    )


def running_of(reading: Reading) -> RunningCosts:
    """What a cluster costs in a year."""
    return RunningCosts(
        sim=reading.quantity(("running", "sim"), money_vnd),
        power=reading.quantity(("running", "power"), money_vnd),
        upkeep=reading.quantity(("running", "upkeep"), money_vnd),
        basis=basis_of(reading, ("running",)),
    )


def delivery_of(reading: Reading) -> Delivery:
    """How long things take; procurement is drawn for each province."""
    at = ("delivery",)
    return Delivery(
        crews=int(reading.value((*at, "crews"), 1)),
        procurement=uncertain_of(reading, (*at, "procurement"), whole_days, NOT_BY_WORK),
        lead=uncertain_of(reading, (*at, "lead"), whole_days),
        install_cluster=uncertain_of(reading, (*at, "install_cluster"), whole_days, EVERY),
        install_other=uncertain_of(reading, (*at, "install_other"), whole_days, EVERY),
        basis=basis_of(reading, at),
    )


def failures_of(reading: Reading) -> Failures:
    """What breaks down in a year."""
    return Failures(
        good=_share(reading, ("failures", "good")),
        degraded=_share(reading, ("failures", "degraded")),
    )


def rules_of(reading: Reading) -> Rules:
    """How the plan chooses; the sources are held to what it forbids."""
    at = ("rules",)
    kinds: tuple[WorkKind, ...] = tuple(reading.value((*at, "kinds"), ()))
    check_unique(reading, reading.entries((*at, "kinds")))
    forbidden = reading.value((*at, "no_district_transmission"), False)
    for path in reading.entries(("money",)):
        for kind in reading.entries((*path, "pays")):
            if reading.value(kind) != _NOT_A_WORK:
                continue
            if forbidden:
                expected = "no money for it: rules.no_district_transmission forbids it"
                reading.error(kind, shown(_NOT_A_WORK), expected)
            else:
                reading.warn(kind, shown(_NOT_A_WORK), "works that are planned: it is left out")
    return Rules(
        yearly_per_million=reading.quantity((*at, "yearly"), share_per_million),
        base=reading.value((*at, "base"), "first-stock"),
        paced=reading.value((*at, "paced"), False),
        depreciation_years=int(reading.value((*at, "depreciation"), 5)),
        joins=reading.value((*at, "joins"), False),
        no_district_transmission=forbidden,
        kinds=kinds,
        basis=basis_of(reading, at),
    )


def counted_of(reading: Reading, years: int) -> Counted:
    """Planned totals at the end of each year."""
    return Counted(
        websites=_totals(reading, "websites", years),
        staff_trained=_totals(reading, "staff_trained", years),
    )


def _source(reading: Reading, places: Places | None, years: int, path: Path) -> Source:
    area = area_of(places, (*path, "where"))
    whole = area.everywhere or not (area.districts or area.communes)
    communes = None if whole or places is None else places.communes_of(area)
    provinces = area.provinces
    if communes is not None and places is not None:
        provinces = tuple(sorted({places.communes[code].province for code in communes}))
    amounts = (*path, "amounts")
    _check_years(reading, amounts, years)
    cut = None
    if reading.document.data_at((*path, "cut")) is not None:
        cut = _share(reading, (*path, "cut"))
    return Source(
        id=reading.value((*path, "id"), ""),
        title=text_of(reading, (*path, "title")),
        pays=tuple(
            reading.value(kind)
            for kind in reading.entries((*path, "pays"))
            if reading.value(kind) not in (None, _NOT_A_WORK)
        ),
        provinces=provinces,
        communes=communes,
        amounts_vnd=tuple(reading.quantity(one, money_vnd) for one in reading.entries(amounts)),
        cut=cut,
        carries_over=reading.value((*path, "carries_over"), False),
        basis=basis_of(reading, path),
    )


def _share(reading: Reading, path: Path) -> Uncertain:
    figure = uncertain_of(reading, path, share_per_million, NOT_BY_WORK)
    return share_of_a_whole(reading, path, figure)


def _totals(reading: Reading, name: str, years: int) -> tuple[int, ...] | None:
    path = ("counted", name)
    if reading.value(path) is None:
        return None
    _check_years(reading, path, years)
    return tuple(reading.value(path, ()))


def _check_years(reading: Reading, path: Path, years: int) -> None:
    given = reading.value(path)
    if given is not None and years and len(given) != years:
        reading.error(path, f"a list of {len(given)}", f"one for each of the plan's {years} years")
