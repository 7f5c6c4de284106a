"""The permitted hours: a setting of the installation, read strictly and shown as it was said."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_system.services.broadcasting import orders, programmes
from reference_system.services.broadcasting.programme_items import Part
from reference_system.services.broadcasting.programmes import WantedSlot
from reference_system.services.broadcasting.wanted import Wanted
from reference_system.services.permitted_hours import PERMITTED, hours_text, permitted_hours
from reference_system.services.refusals import Conflict
from reference_system.store.orders import ItemRow
from scenarios.scenario import Area

HERE = Area(communes=("21613",))
MINUTE_MS = 60_000


@given(st.integers(0, 1439), st.integers(1, 1440))
def test_what_is_shown_is_what_was_said(begin, end):
    text = f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"
    if begin >= end:
        with pytest.raises(ValueError, match="earlier time first"):
            permitted_hours(text)
        return
    hours = permitted_hours(text)
    assert (hours.from_ms, hours.to_ms) == (begin * MINUTE_MS, end * MINUTE_MS)
    assert hours_text(hours) == text.replace("-", "–")


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "04:30", "04:30-", "4:30-22:00", "04:30-24:01", "04:30-25:00", "04:30:10-22:00"),
        *("04:30–22:00", "04:30-22:00 ", "２２:00-23:00", "24:00-24:00", "0430-22000"),
    ],
)
def test_what_is_no_time_of_day_is_refused(text):
    with pytest.raises(ValueError, match=":"):
        permitted_hours(text)


def test_the_installation_says_when_it_is_night(system, person, act, approved, speakers):
    speakers("21613")
    approved("tin")
    lan = person("lan")
    asked = Wanted(bulletin_id="tin", era="2022", area=HERE)
    slot = WantedSlot(
        name="Sáng",
        era="2022",
        area=HERE,
        at_ms=5 * 60 * MINUTE_MS,
        days=(0,),
        slot_ms=MINUTE_MS,
        parts=(Part(kind="local", length_ms=MINUTE_MS),),
    )
    # It is six in the morning.
    system.settings = replace(system.settings, permitted=permitted_hours("07:00-08:00"))
    with pytest.raises(Conflict) as refused, act(lan) as doing:
        orders.send(doing, asked)
    assert (refused.value.code, "07:00–08:00" in refused.value.vi) == ("outside-hours", True)
    with pytest.raises(Conflict, match="outside-hours"), act(lan) as doing:
        programmes.create(doing, slot)
    with act(lan) as doing:
        assert programmes.preview(doing, slot).at_night
    system.settings = replace(system.settings, permitted=permitted_hours("05:00-06:30"))
    with act(lan) as doing:
        order = orders.send(doing, asked)
        programmes.create(doing, slot)
        assert not programmes.preview(doing, slot).at_night
    with system.database.reading() as session:
        item = session.query(ItemRow).filter_by(order_id=order.id).one()
    assert item.end_by_ms == system.clock() + 30 * MINUTE_MS


def test_nobody_takes_the_default_for_law():
    assert hours_text(PERMITTED) == "04:30–22:00"
    assert "no document" in PERMITTED.basis
