import csv
import io
from collections import Counter
from functools import reduce

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from reference_system.services.acting import Act, Actor, looking
from reference_system.services.administration import statistics
from reference_system.services.administration.statistics import SECTIONS, Period, Statistics
from reference_system.services.refusals import Forbidden, Invalid
from reference_system.services.units import Unit
from reference_system.store.administration import Feedback
from reference_system.store.content import BulletinRow
from reference_system.store.devices import Device, PlayLogEntry
from scenarios.units import DAY_MS

BINH_DINH, AN_LAO = Unit("province", "52"), Unit("district", "542")
COMMUNES = ("21613", "21616", "21640")  # two of An Lão, one of Hoài Nhơn
SINCE_MS, UNTIL_MS = 1_000, 2_000
PERIOD = Period(SINCE_MS, UNTIL_MS)
VIEWER = Actor("v", "v", "V", BINH_DINH, frozenset({"view"}))

moments = st.sampled_from([SINCE_MS - 1, SINCE_MS, 1_500, UNTIL_MS - 1, UNTIL_MS])
communes = st.sampled_from(COMMUNES)
bulletins = st.tuples(
    st.sampled_from([("province", "52"), ("district", "542"), ("commune", "21613")]),
    st.sampled_from(["emergency", "normal"]),
    st.sampled_from(["draft", "approved"]),
    moments,
)
plays = st.tuples(communes, st.sampled_from(["played", "cut"]), st.integers(0, 10**7), moments)
asked = st.tuples(communes, moments, st.integers(0, 4_000), st.none() | st.integers(0, 4_000))
devices = st.tuples(communes, st.booleans(), st.sampled_from(["online", "lost", "unheard"]))


def write(system, some_bulletins, some_plays, some_feedback, some_devices):
    with system.database.writing() as session:
        for table in (PlayLogEntry, Device, BulletinRow, Feedback):
            session.execute(delete(table))
        session.add_all(
            BulletinRow(
                id=f"b{n}",
                title="t",
                bulletin_class=rank,
                field="general",
                kind="text",
                status="Actual",
                state=state,
                level=unit[0],
                code=unit[1],
                created_ms=at,
                changed_ms=at,
            )
            for n, (unit, rank, state, at) in enumerate(some_bulletins)
        )
        places = [*some_devices, *((commune, True, "online") for commune in COMMUNES)]
        session.add_all(
            Device(
                id=f"d{n}",
                name="n",
                kind="ip-speaker",
                profile="p",
                commune=commune,
                active=active,
                presence=presence,
                registered_ms=0,
            )
            for n, (commune, active, presence) in enumerate(places)
        )
        session.flush()
        homes = {commune: f"d{len(some_devices) + n}" for n, commune in enumerate(COMMUNES)}
        session.add_all(
            PlayLogEntry(
                device_id=homes[commune],
                key=f"k{n}",
                boot="b",
                sequence=n,
                bulletin_id="b",
                title="t",
                bulletin_class="normal",
                began_ms=at,
                played_ms=length,
                duration_ms=length,
                outcome=outcome,
                volume=50,
                received_ms=at,
                backfilled=False,
            )
            for n, (commune, outcome, length, at) in enumerate(some_plays)
        )
        session.add_all(
            Feedback(
                id=f"f{n}",
                receipt=f"r{n}",
                channel="web",
                commune=commune,
                text="t",
                level="commune",
                code=commune,
                received_ms=at,
                due_ms=due,
                answered_ms=answered,
                state="received" if answered is None else "answered",
            )
            for n, (commune, at, due, answered) in enumerate(some_feedback)
        )


def counted(system, unit, now_ms=3_000) -> Statistics:
    with looking(system, VIEWER) as act:
        return statistics.summary(Act(system, act.session, VIEWER, now_ms), unit, PERIOD)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(bulletins, max_size=6),
    st.lists(plays, max_size=6),
    st.lists(asked, max_size=6),
    st.lists(devices, max_size=6),
)
def test_figures_are_those_of_the_rows_and_add_up(system, some, played, said, there):
    write(system, some, played, said, there)
    whole = counted(system, BINH_DINH)
    expected: Counter[tuple[str, ...]] = Counter()
    for _, rank, state, at in some:
        expected["bulletins", rank, "general", state] += SINCE_MS <= at < UNTIL_MS
    for _, outcome, length, at in played:
        inside = SINCE_MS <= at < UNTIL_MS
        expected["plays", "normal", outcome] += inside
        expected["on_air_ms", "normal", outcome] += inside * length
    for _, at, due, answered in said:
        if answered is None:
            outcome = "overdue" if due < 3_000 else "waiting"
        else:
            outcome = "answered-late" if answered > due else "answered-on-time"
        expected["feedback", outcome] += SINCE_MS <= at < UNTIL_MS
    for _, active, presence in (*there, *[("", True, "online")] * len(COMMUNES)):
        expected["devices", presence if active else "withdrawn"] += 1
    assert +Counter(whole.figures) == +expected

    parts = [counted(system, Unit("commune", each.code)) for each in communes_of(system)]
    own = counted_own(system, BINH_DINH)
    district = counted_own(system, AN_LAO)
    summed = reduce(
        lambda total, each: total + Counter(each),
        [own, district, *(p.figures for p in parts)],
        Counter(),
    )
    assert +summed == +Counter(whole.figures)
    for section in SECTIONS:
        assert whole.total(section) == sum(part.total(section) for part in parts) + sum(
            number for key, number in (*own.items(), *district.items()) if key[0] == section
        )


def communes_of(system):
    known = system.units.territory.communes
    return [known[code] for code in COMMUNES]


def counted_own(system, unit):
    with looking(system, VIEWER) as act:
        return statistics.by_unit(act, BINH_DINH, PERIOD).get(unit, Counter())


def test_the_table_tells_the_figures_and_their_totals(system):
    write(system, [(("province", "52"), "normal", "draft", 1_500)], [], [], [])
    text = statistics.csv_text([counted(system, BINH_DINH)], system.units.name)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [
        row["value"] for row in rows if (row["section"], row["part"]) == ("bulletins", "total")
    ] == ["1"]
    for section in SECTIONS:
        values = {row["part"]: int(row["value"]) for row in rows if row["section"] == section}
        assert values.pop("total") == sum(values.values())


def test_a_period_has_an_end_after_its_beginning():
    for since, until in ((1, 1), (2, 1), (0, 401 * DAY_MS)):
        with pytest.raises(Invalid, match="bad-period"):
            Period(since, until)


def test_figures_of_others_are_not_shown(system, person):
    with looking(system, person("an", Unit("commune", "21613"))) as act, pytest.raises(Forbidden):
        statistics.summary(act, BINH_DINH, PERIOD)
