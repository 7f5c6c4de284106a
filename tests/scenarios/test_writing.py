"""A scenario written as a file is read back as the same scenario."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import loader
from scenarios.scenario import (
    Area,
    Bulletin,
    ClockError,
    ForeignCapture,
    Households,
    Outage,
    Scenario,
    Server,
    ServerFailure,
    ServerTrouble,
    Sound,
    Spread,
    Storm,
    TargetRequest,
    Text,
)
from scenarios.writing import written

WARD = "21550"


def shipped(name: str) -> Scenario:
    return loader.load(loader.find(name)).scenario


def read_back(scenario: Scenario, folder: Path) -> Scenario:
    file = written(scenario, ["two lines", "of words: {none of them read}"], "homes.csv")
    (folder / "again.yaml").write_text(file.text, "utf-8")
    if file.households is not None:
        (folder / "homes.csv").write_text(file.households, "utf-8")
    return loader.load(folder / "again.yaml").scenario


@pytest.mark.parametrize("name", loader.shipped())
def test_every_shipped_scenario_is_read_back(name: str, tmp_path: Path) -> None:
    assert read_back(shipped(name), tmp_path) == shipped(name)


def test_everything_that_a_file_can_say_is_read_back(tmp_path: Path) -> None:
    commune, device = Area(communes=(WARD,)), Area(devices=(f"{WARD}-01",))
    scenario = replace(
        shipped("binh-dinh-day"),
        server=Server(uplink_bit_s=10**12, sound_bit_s=64_001),
        households=Households(((WARD, 1_234), ("21553", 0)), 77, "a census"),
        bulletins=(
            Bulletin("live", "priority", 0, 1, device, Sound("live", 1_500, 12_345), order=-3),
            Bulletin("one", "emergency", 3, 0, commune, Sound("file", 1), times=1, gap_ms=5),
        ),
        faults=(
            Outage(("mains", "sim"), commune, 1, Spread(1, 2), "b", 1),
            Storm(
                ("cell",), ((13.1, 109.25), (14.0, -1.5)), 1, 2, 3,
                Spread(5, 5), Spread(0, 1), 0, "b",
            ),
            ServerFailure("broker", 1_001, 2, "b"),
            ClockError(-90_001, device, "b", 333_333),
            ForeignCapture(commune, 5, 6, "b"),
            ServerTrouble("full-disk", 1, 2, "b"),
            ServerTrouble("slow-database", 1, 2, "b", 3),
            ServerTrouble("wrong-clock", 1, 2, "b", -3),
        ),
        targets=(
            TargetRequest("PROFILE-T4-P95", "2s", "fail", "đường truyền chậm"),
            TargetRequest("PROFILE-WRONG-AREA", "0"),
        ),
    )  # fmt: skip
    assert read_back(scenario, tmp_path) == scenario


@settings(max_examples=30)
@given(
    st.text(min_size=1, max_size=200).filter(str.strip),
    st.integers(0, 2**64 - 1),
    st.integers(0, 86_399_999),
    st.integers(1, 1_000_000),
)
def test_words_and_numbers_are_read_back(words: str, seed: int, at_ms: int, share: int) -> None:
    day = shipped("commune")
    scenario = replace(
        day,
        title=Text("Tên", words),
        start=day.start + timedelta(milliseconds=at_ms),
        horizon_ms=86_400_000,
        seed=seed,
        programme=(),
        bulletins=(),
        faults=(Outage(("link",), Area(everywhere=True), at_ms, Spread(7, 7), "b", share),),
    )
    source = written(scenario).text.encode("utf-8", "surrogatepass")
    assert loader.parse("again.yaml", source).scenario == scenario
