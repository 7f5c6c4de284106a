"""What devices are told, against asking about every device by itself."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_system.dispatch.commands import Command, Item
from scenarios import loader, profiles
from scenarios.problems import BadInput
from scenarios.scenario import Area
from simulator import told
from simulator.fleet import Fleet
from simulator.gaps import FAR
from simulator.told import Told

FLEET = Fleet.of(loader.load(loader.find("ci-smoke")).scenario)
ALL = np.arange(len(FLEET))
IDS = FLEET.ids(ALL)
COMMUNES = ("21952", "21955", "21976")
SPEAKER = profiles.load("speaker-reference")

EVERYWHERE = Area(everywhere=True)


def item(name: str, kind: str = "file") -> Item:
    number = int(name[1:])
    return Item(
        name, f"b{number % 2}", "priority", 0, kind, 50 - number, None, 900, 10, number % 3, None
    )


def start(name: str, to: Area, issued: int = 0, kind: str = "file") -> Command:
    return Command(f"start:{name}:{issued}", "start", issued, to, item(name, kind))


def cancel(name: str, to: Area, issued: int = 0) -> Command:
    return Command(f"cancel:{name}:{issued}", "cancel", issued, to, item(name))


def holds(area: Area, place: int) -> bool:
    commune = FLEET.communes[FLEET.commune[place]]
    return (
        area.everywhere
        or commune.code in area.communes
        or commune.district in area.districts
        or IDS[place] in area.devices
    )


def told_of(
    commands: list[Command], places: np.ndarray = ALL, profile: profiles.Profile = SPEAKER
) -> Told:
    """What devices with exact clocks are told."""
    return Told.of(commands, FLEET, places, profile, np.zeros(len(places), np.int64))


def plan_of(found: Told, device: int) -> list[str]:
    return [kept.id for kept in found.plans.items[found.plan[device]]]


def times(found: Told, reached: np.ndarray, action: str) -> list[dict[str, int]]:
    """The first arrival of every item of every device's plan."""
    first = found.by_row(reached, action)
    beyond = found.row_item[:, found.plan] == -1
    assert (first[beyond] == FAR).all()
    return [
        {name: int(first[row, device]) for row, name in enumerate(plan_of(found, device))}
        for device in range(reached.shape[1])
    ]


areas = st.builds(
    Area,
    everywhere=st.integers(0, 9).map(lambda n: n == 0),
    districts=st.lists(st.sampled_from([FLEET.communes[0].district, "540"]), max_size=1).map(tuple),
    communes=st.lists(st.sampled_from(COMMUNES), max_size=2).map(tuple),
    devices=st.lists(st.sampled_from([*IDS, "speaker", "21952-1", "21952-013"]), max_size=3).map(
        tuple
    ),
)
ordered = st.builds(
    lambda make, number, to, issued: make(f"i{number}", to, issued),
    st.sampled_from([start, start, cancel]),
    st.integers(0, 4),
    areas,
    st.integers(0, 30),
)


@given(st.lists(ordered, max_size=8), st.sets(st.sampled_from(ALL.tolist()), min_size=1), st.data())
def test_every_device_is_told_what_is_addressed_to_it(
    commands: list[Command], some: set[int], data: st.DataObject
) -> None:
    places = np.array(sorted(some))
    found = told_of(commands, places)
    draw = np.random.default_rng(data.draw(st.integers(0, 99)))
    reached = np.where(found.addressed, draw.integers(0, 99, found.addressed.shape), FAR)

    relevant = [c for c in commands if any(holds(c.to, place) for place in places)]
    assert list(found.commands) == relevant
    for device, place in enumerate(places):
        arrivals: dict[str, dict[str, int]] = {"start": {}, "cancel": {}}
        for row, command in enumerate(relevant):
            assert found.addressed[row, device] == holds(command.to, place)
            if holds(command.to, place):
                of_action = arrivals[command.action]
                at = int(reached[row, device])
                of_action[command.item.id] = min(at, of_action.get(command.item.id, FAR))
        plan = plan_of(found, device)
        assert set(plan) == set(arrivals["start"])
        assert times(found, reached, "start")[device] == arrivals["start"]
        assert times(found, reached, "cancel")[device] == {
            name: arrivals["cancel"].get(name, FAR) for name in plan
        }
        rows = found.row_item[:, found.plan[device]]
        assert [found.items[row].id for row in rows[: len(plan)]] == plan
        assert (rows[len(plan) :] == -1).all()
    assert len(found.plans.items) == len({frozenset(plan_of(found, d)) for d in range(len(places))})


@given(st.lists(ordered, max_size=8), st.integers(1, 40))
def test_nothing_depends_on_which_devices_are_together(commands: list[Command], size: int) -> None:
    whole = told_of(commands)
    for first in range(0, len(ALL), size):
        part = told_of(commands, ALL[first : first + size])
        for device in range(len(part.plan)):
            plan, of_whole = part.plan[device], whole.plan[first + device]
            assert part.plans.items[plan] == whole.plans.items[of_whole]
            assert part.plans.places[plan] == whole.plans.places[of_whole]
            assert list(part.plans.rank[:, plan][: len(part.plans.items[plan])]) == list(
                whole.plans.rank[:, of_whole][: len(part.plans.items[plan])]
            )


def test_devices_told_the_same_share_a_plan() -> None:
    one = Area(devices=("21955-02",))
    commands = [start("i1", EVERYWHERE), start("i2", Area(communes=("21955",))), start("i3", one)]
    found = told_of(commands)
    assert len(found.plans.items) == 3
    assert plan_of(found, IDS.index("21952-01")) == ["i1"]
    assert sorted(plan_of(found, IDS.index("21955-01"))) == ["i1", "i2"]
    assert sorted(plan_of(found, IDS.index("21955-02"))) == ["i1", "i2", "i3"]
    assert found.plan[IDS.index("21952-01")] == found.plan[IDS.index("21976-12")]


def test_the_first_of_two_starts_to_arrive_counts_and_the_first_to_be_issued() -> None:
    commands = [
        start("i1", Area(communes=("21952",)), issued=20),
        start("i1", Area(communes=("21955",), devices=("21952-01",)), issued=10),
    ]
    found = told_of(commands)
    reached = np.where(found.addressed, np.array([[25], [70]]), FAR)
    first = times(found, reached, "start")
    assert first[IDS.index("21952-01")] == {"i1": 25}
    assert first[IDS.index("21952-02")] == {"i1": 25}
    assert first[IDS.index("21955-01")] == {"i1": 70}
    assert first[IDS.index("21976-01")] == {}
    assert [known.issued for known in found.items] == [10]


def test_a_cancel_alone_plays_nothing() -> None:
    found = told_of([cancel("i1", EVERYWHERE)])
    assert found.items == ()
    assert found.by_row(np.zeros(found.addressed.shape, np.int64), "cancel").shape == (0, len(ALL))


def test_nobody_is_told_anything() -> None:
    found = told_of([])
    assert found.addressed.shape == (0, len(ALL))
    assert {tuple(plan_of(found, device)) for device in ALL} == {()}


@pytest.mark.parametrize(("stores", "kind"), [(True, "file"), (False, "stream")])
def test_a_file_is_a_stream_where_nothing_is_stored(stores: bool, kind: str) -> None:
    commands = [start("i1", EVERYWHERE), start("i2", EVERYWHERE, kind="live")]
    found = told_of(commands, profile=replace(SPEAKER, stores=stores))
    assert [known.kind for known in found.items] == [kind, "live"]


def test_more_than_a_device_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "MAX_ITEMS", 2)
    two = [start("i1", EVERYWHERE), start("i2", EVERYWHERE)]
    elsewhere = start("i3", Area(communes=("21955",)))
    told_of([*two, elsewhere], ALL[:12])
    with pytest.raises(BadInput, match="3 plays on one device, expected at most 2"):
        told_of([*two, elsewhere])
