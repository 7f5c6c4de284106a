"""`results.json` of a rollout plan: what it leads to, year by year, as plain JSON.

Described by `schemas/rollout.schema.json`. It depends on nothing but the plan, its seed and the
number of replications: no clock, no machine. Shares are numbers from 0 to 1 with six decimals,
rounded down; a probability is told with its interval.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from conformance.declarations import Declaration
from conformance.rollout.chances import EVEN, LOWER_IS_BETTER, SURE, Chance, figures
from conformance.rollout.comparing import Comparison
from conformance.rollout.counting import Counted
from conformance.rollout.delays import HeldUp
from conformance.rollout.judging import JudgedTarget, YearShown
from conformance.rollout.timetable import WorkDone
from conformance.verdicts import PRECEDENCE, Lifecycle
from reports.results import DECIMALS
from reports.rollout_optimised import optimisation
from reports.rollout_phases import phases as told_phases
from reports.words import VERDICTS, rounded
from scenarios import territory
from scenarios.rollout.plan import STATION_KINDS, Plan
from scenarios.scenario import Text
from simulator.rollout.phases import Phase
from simulator.rollout.results import MEASURES, Findings, MeasureName

FORMAT_VERSION: Final = 1

UNITS: Final[Mapping[MeasureName, str]] = {"out-of-order": "count", "spent-vnd": "vnd"}
"""The units of measures that are no shares."""


def results(
    facts: Mapping[str, str],
    plan: Plan,
    findings: Findings,
    judged: Sequence[JudgedTarget],
    held_up: Mapping[str, HeldUp],
    works: Sequence[WorkDone],
    phases: Sequence[Phase] = (),
    compared: Comparison | None = None,
) -> dict[str, Any]:
    """The whole document. `facts` are the plan's name and the hash of its file, `held_up` is by
    target; without `phases` these are told as not computed, by null,
    and so is the optimisation where nothing was `compared`."""
    return {
        "ttcs": FORMAT_VERSION,
        "lifecycle": Lifecycle.FINISHED.value,
        "plan": _plan(plan) | dict(facts),
        "stock": _stock(plan),
        "replications": findings.replications,
        "sure": {"pass_percent": SURE, "fail_below_percent": EVEN},
        "measures": {name: _measure(name, plan, findings) for name in MEASURES},
        "targets": [_target(one, held_up.get(one.target.id)) for one in judged],
        "works": [_work(work) for work in works],
        "money": _money(plan, findings),
        "swings": [
            {
                "figure": swing.figure,
                "values": {
                    name: [_told(name, value) for value in both]
                    for name, both in swing.values.items()
                },
            }
            for swing in findings.swings
        ],
        "phases": told_phases(phases) if phases else None,
        "optimisation": optimisation(plan, compared) if compared else None,
        "summary": _summary(judged),
    }


def _plan(plan: Plan) -> dict[str, Any]:
    names = territory.load(plan.era).provinces
    return {
        "title": _both(plan.title),
        "era": plan.era,
        "provinces": [{"code": code, "name": names[code]} for code in plan.provinces],
        "first_year": plan.first_year,
        "last_year": plan.last_year,
        "seed": plan.seed,
        "base": plan.rules.base,
        "documents": list(plan.documents),
        "notes": [_both(note) for note in plan.notes],
    }


def _stock(plan: Plan) -> dict[str, Any]:
    kinds = Counter(station.kind for station in plan.stations)
    communes = plan.communes.values()
    return {
        "stations": len(plan.stations),
        "stations_generated": sum(station.generated for station in plan.stations),
        "by_kind": {kind: kinds[kind] for kind in STATION_KINDS},
        "communes": len(communes),
        "communes_generated": sum(stock.generated for stock in communes),
        "households": sum(stock.households for stock in communes),
    }


def _measure(name: MeasureName, plan: Plan, findings: Findings) -> dict[str, Any]:
    values = findings.yearly[:, :, MEASURES.index(name)]
    return {
        "unit": UNITS.get(name, "share"),
        "better": "smaller" if name in LOWER_IS_BETTER else "larger",
        "years": [
            {"year": year, **_figures(name, figures(values[:, place], name))}
            for place, year in enumerate(plan.years)
        ],
    }


def _figures(name: MeasureName, found: Mapping[int, int | None]) -> dict[str, int | float | None]:
    return {f"p{percent}": _told(name, value) for percent, value in found.items()}


def _told(name: MeasureName, value: int | None) -> int | float | None:
    if value is None or name in UNITS:
        return value
    return None if value < 0 else _share(value)


def _share(per_million: int) -> int | float:
    share = per_million / 1_000_000
    return int(share) if share.is_integer() else share


def _target(one: JudgedTarget, held_up: HeldUp | None) -> dict[str, Any]:
    target, threshold = one.target, one.target.rollout_threshold
    return {
        "id": target.id,
        "document": one.document,
        "document_title": _both(target.document),
        "section": target.section,
        "title": _both(target.title),
        "subject": target.subject and _both(target.subject),
        "metric": target.metric and _both(target.metric),
        "nature": target.nature,
        "mark": target.mark,
        "source": target.source,
        "note": target.note and _both(target.note),
        "deadlines": list(target.deadlines),
        "comparison": threshold and threshold.comparison,
        "limit": threshold and _number(threshold.limit),
        "unit": threshold and threshold.unit,
        "read_as": target.threshold is None and target.read_as is not None,
        "how": one.how,
        "measure": one.measure,
        "counted": target.counted if one.how == "counted" else None,
        "years": [_year(one.measure, year) for year in one.years if one.measure],
        "counts": [_count(count) for count in one.counts],
        "met": _chance(one.met),
        "first_met": one.first_met and {f"p{p}": year for p, year in one.first_met.items()},
        "declared": _declared(one.declaration),
        "verdict": one.verdict.value,
        "reason": one.reason.value,
        "held_up": held_up and _held_up(held_up),
    }


def _year(measure: MeasureName, shown: YearShown) -> dict[str, Any]:
    return {"year": shown.year, **_figures(measure, shown.figures), "met": _chance(shown.met)}


def _count(count: Counted) -> dict[str, int]:
    return {"year": count.year, "least": count.least, "most": count.most, "of": count.of}


def _chance(chance: Chance | None) -> dict[str, Any] | None:
    if chance is None:
        return None
    verdict, reason = chance.judged
    return {
        "replications": chance.met,
        "probability": _share(chance.per_million),
        "interval": [_share(bound) for bound in chance.interval_per_million],
        "verdict": verdict.value,
        "reason": reason.value,
    }


def _declared(declaration: Declaration | None) -> dict[str, Any] | None:
    if declaration is None:
        return None
    figure = declaration.figure
    value = None if figure is None or figure.value is None else _number(figure.value)
    return {"value": value, "date": declaration.day.isoformat(), "evidence": declaration.evidence}


def _held_up(held_up: HeldUp) -> dict[str, Any]:
    return {
        "year": held_up.year,
        "works": held_up.works,
        "not_begun": _thousandths(held_up.not_begun),
        "not_finished": _thousandths(held_up.not_finished),
        "mostly": held_up.mostly,
        "most_often_late": [
            {"work": late.work, "place": late.place, "name": late.name, "late": _share(late.share)}
            for late in held_up.most_often_late
        ],
        "places": [
            {"place": late.place, "name": late.name, "works": late.works,
             "late": _thousandths(late.late)}
            for late in held_up.places
        ],
        "purses": [
            {"sources": list(purse.sources), "not_begun": _thousandths(purse.not_begun),
             "spent": purse.spent and _share(purse.spent)}
            for purse in held_up.purses
        ],
    }  # fmt: skip


def _work(work: WorkDone) -> dict[str, Any]:
    return {
        "id": work.id,
        "kind": work.kind,
        "commune": work.commune,
        "district": work.district,
        "province": work.province,
        "name": work.name,
        "generated": work.generated,
        "begun_p50": work.begun_p50,
        "done_p50": work.done_p50 and work.done_p50.isoformat(),
        "done_by_year": [_share(share) for share in work.done_by_year],
        "cost_p50_vnd": work.cost_p50_vnd,
    }


def _money(plan: Plan, findings: Findings) -> list[dict[str, Any]]:
    return [
        {
            "source": source.id,
            "title": _both(source.title),
            "planned_vnd": list(source.amounts_vnd),
            "paid_vnd": [
                {"year": year, **_figures("spent-vnd", figures(paid[:, year_place], "spent-vnd"))}
                for year_place, year in enumerate(plan.years)
            ],
        }
        for source, paid in (
            (source, findings.paid[:, :, place]) for place, source in enumerate(plan.sources)
        )
    ]


def _summary(judged: Sequence[JudgedTarget]) -> dict[str, Any]:
    binding = [one for one in judged if one.how != "not-binding"]
    verdicts = Counter(one.verdict for one in binding)
    shown = [one for one in binding if one.how in ("simulated", "phase", "counted")]
    counts = Counter(one.verdict for one in shown)
    counted = [(VERDICTS[verdict], counts[verdict]) for verdict in PRECEDENCE if counts[verdict]]
    vi = ", ".join(f"{count} {word.vi}" for word, count in counted)
    en = ", ".join(f"{count} {word.en}" for word, count in counted)
    rest = len(binding) - len(shown)
    sentence = {
        "vi": f"Của {len(binding)} chỉ tiêu ràng buộc, {len(shown)} được mô phỏng hoặc đếm: "
        f"{vi or 'không có'}; {rest} chỉ tiêu khác theo khai báo hoặc chưa có căn cứ.",
        "en": f"Of {len(binding)} binding targets {len(shown)} are simulated or counted: "
        f"{en or 'none'}; the other {rest} are declared or not given.",
    }
    if not binding:
        sentence = {
            "vi": "Không văn bản nào ràng buộc kế hoạch này, nên không có chỉ tiêu để xét.",
            "en": "No document binds this plan, so there is no target to judge.",
        }
    return {
        "binding": len(binding),
        "not_binding": len(judged) - len(binding),
        "how": dict(Counter(one.how for one in judged)),
        "verdicts": {
            verdict.value: verdicts[verdict] for verdict in PRECEDENCE if verdicts[verdict]
        },
        "sentence": sentence,
    }


def _number(value: int | Fraction) -> int | float:
    if value.denominator == 1:
        return value.numerator
    return float(rounded(value, DECIMALS, 0))


def _thousandths(value: Fraction) -> int | float:
    return _number(Fraction(round(value * 1_000), 1_000))


def _both(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}
