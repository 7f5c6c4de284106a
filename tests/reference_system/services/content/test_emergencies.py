from dataclasses import replace

import pytest
from sqlalchemy import select

from reference_system.services.content import bulletins
from reference_system.services.content.drafts import Content, Draft
from reference_system.services.content.emergencies import raise_emergency
from reference_system.services.refusals import Refusal
from reference_system.services.units import Unit
from reference_system.store.people import AuditEntry

BINH_DINH = Unit("province", "52")
AN_HUNG = Unit("commune", "21613")
FLOOD = Draft(
    "Lũ quét",
    "emergency",
    "text",
    severity=0,
    contents=(Content("vi", "Lũ quét. Lên cao ngay."), Content("jra", "…")),
)


@pytest.fixture
def chief(person):
    return person("truong", BINH_DINH, "compose", "approve", "operate")


@pytest.mark.needs_tool("espeak-ng")
def test_an_emergency_is_composed_spoken_and_approved_in_one_go_once(system, act, chief):
    for _ in range(2):
        row = raise_emergency(system, chief, FLOOD, client_id="flood-1", unit=AN_HUNG)
    assert (row.state, row.code) == ("approved", "21613")
    with act(chief) as doing:
        taken = [each.step for each in bulletins.steps(doing, "flood-1")]
        first, second = bulletins.contents(doing, "flood-1")
        logged = doing.session.scalars(
            select(AuditEntry).where(AuditEntry.action == "bulletin-approve-at-once")
        ).one()
    assert taken == ["compose", "speak", "approve-at-once"]
    assert (first.spoken_by, second.media_sha256) == ("espeak-ng", None)
    assert logged.subject == "flood-1"


def test_it_takes_all_roles_the_second_factor_and_an_emergency(system, act, chief):
    late = replace(chief, confirmed_ms=0)
    refused = {
        "confirmation-needed": (late, FLOOD),
        "not-emergency": (chief, replace(FLOOD, bulletin_class="priority")),
        "role-missing": (replace(chief, roles=chief.roles - {"operate"}), FLOOD),
        "vietnamese-missing": (chief, replace(FLOOD, contents=())),
    }
    for code, (actor, draft) in refused.items():
        with pytest.raises(Refusal) as told:
            raise_emergency(system, actor, draft)
        assert told.value.code == code
    with act(chief) as doing:
        assert bulletins.listed(doing).items == []
