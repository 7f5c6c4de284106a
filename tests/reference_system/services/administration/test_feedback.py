from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_system.services.acting import acting, itself, looking
from reference_system.services.administration import feedback
from reference_system.services.administration.feedback import Words, handles, receipt_text
from reference_system.services.refusals import Conflict, Forbidden, Invalid, Missing, TooOften
from reference_system.services.units import Unit
from reference_system.store.administration import Feedback
from reference_system.store.people import AuditEntry
from scenarios.units import DAY_MS

BINH_DINH = Unit("province", "52")
AN_HUNG = Unit("commune", "21613")
AN_TRUNG = Unit("commune", "21616")
LOUD = Words("21613", "Loa đầu thôn 2 kêu quá to lúc 5 giờ.", "Chị Hoa", "0905 000 111")


@pytest.fixture
def received(system):
    with acting(system, itself(system)) as act:
        return feedback.receive(act, LOUD)


def test_from_receipt_to_answer(system, person, act, clock, received):
    operator = person("an", AN_HUNG, "operate", "view")
    with act(operator) as doing:
        feedback.answer(doing, received.id, "Đã giảm âm lượng cụm loa thôn 2.")
        feedback.close(doing, received.id)
    with looking(system, itself(system)) as asking:
        seen = feedback.by_receipt(asking, receipt_text(received.receipt).lower())
    assert (seen.state, seen.answer) == ("closed", "Đã giảm âm lượng cụm loa thôn 2.")
    with act(operator) as doing:
        steps = feedback.shown(doing, received.id).steps
    assert [step.step for step in steps] == ["received", "answered", "closed"]
    assert [step.person_id for step in steps] == [None, operator.person_id, operator.person_id]


def test_only_who_handles_it_sees_the_sender(system, person, act, received):
    operator = person("an", AN_HUNG, "operate", "view")
    above = person("binh", BINH_DINH, "operate", "view")
    office = replace(above, department="Sở TT&TT")

    def sender(actor):
        with act(actor) as doing:
            return feedback.shown(doing, received.id).sender

    assert sender(operator) == ("Chị Hoa", "0905 000 111")
    assert sender(above) is None
    with act(operator) as doing:
        feedback.route(doing, received.id, BINH_DINH, "Sở TT&TT", "ngoài thẩm quyền xã")
    assert sender(operator) is sender(above) is None
    assert sender(office) == ("Chị Hoa", "0905 000 111")


def test_who_was_shown_the_sender_is_on_record(system, person, act, received):
    operator = person("an", AN_HUNG, "operate", "view")
    above = person("binh", BINH_DINH, "operate", "view")
    with acting(system, itself(system)) as doing:
        unnamed = feedback.receive(doing, Words("21613", "Loa hỏng"))
    for actor, one in ((above, received), (operator, received), (operator, unnamed)):
        with act(actor) as doing:
            feedback.shown(doing, one.id)
    with system.database.reading() as session:
        read = session.query(AuditEntry).filter_by(action="feedback.sender-read").all()
    assert [(entry.login, entry.subject) for entry in read] == [("an", received.id)]
    assert "0905" not in str(read[0].detail)


def test_who_does_not_handle_it_cannot_answer(person, act, received):
    above = person("binh", BINH_DINH)
    with pytest.raises(Forbidden, match="not-with-you"), act(above) as doing:
        feedback.answer(doing, received.id, "…")


def test_another_commune_does_not_see_it(system, person, received):
    with looking(system, person("trung", AN_TRUNG)) as doing:
        assert feedback.listed(doing).items == []
        with pytest.raises(Missing):
            feedback.shown(doing, received.id)


def test_it_goes_to_units_in_line_only(person, act, received):
    operator = person("an", AN_HUNG)
    with pytest.raises(Forbidden, match="not-in-line"), act(operator) as doing:
        feedback.route(doing, received.id, AN_TRUNG, "", "")


def test_what_is_answered_is_not_answered_again_nor_routed(person, act, received):
    operator = person("an", AN_HUNG)
    with pytest.raises(Conflict, match="wrong-state"), act(operator) as doing:
        feedback.close(doing, received.id)
    with act(operator) as doing:
        feedback.answer(doing, received.id, "một")
    for again in (
        lambda doing: feedback.answer(doing, received.id, "hai"),
        lambda doing: feedback.route(doing, received.id, BINH_DINH, "", ""),
    ):
        with pytest.raises(Conflict, match="wrong-state"), act(operator) as doing:
            again(doing)


def test_overdue_after_the_days_of_the_settings(system, person, act, clock, received):
    operator = person("an", AN_HUNG)
    clock.advance(20 * DAY_MS)
    with looking(system, operator) as doing:
        assert feedback.overdue_count(doing) == 0
    clock.advance(1)
    with looking(system, operator) as doing:
        assert feedback.overdue_count(doing) == 1
        assert [row.id for row in feedback.listed(doing, only_overdue=True).items] == [received.id]
    with act(operator) as doing:
        feedback.answer(doing, received.id, "muộn")
    with looking(system, operator) as doing:
        assert feedback.overdue_count(doing) == 0


def test_the_same_id_is_the_same_feedback(system):
    def send(words):
        with acting(system, itself(system)) as act:
            return feedback.receive(act, words, "a1")

    assert send(LOUD).receipt == send(LOUD).receipt
    with pytest.raises(Conflict, match="id-taken"):
        send(replace(LOUD, text="khác"))


def test_another_provinces_commune_is_not_served(system):
    with pytest.raises(Invalid, match="commune-elsewhere"), acting(system, itself(system)) as act:
        feedback.receive(act, replace(LOUD, commune="00001"))


def test_a_flood_ends(system, monkeypatch):
    monkeypatch.setattr(feedback, "MOST_A_DAY", 2)
    for _ in range(2):
        with acting(system, itself(system)) as act:
            feedback.receive(act, LOUD)
    with pytest.raises(TooOften), acting(system, itself(system)) as act:
        feedback.receive(act, LOUD)


@given(
    st.sampled_from(["", "Sở Y tế", "Văn phòng"]),
    st.sampled_from(["", "Sở Y tế"]),
    st.booleans(),
    st.sampled_from([AN_HUNG, AN_TRUNG, BINH_DINH]),
)
def test_handling_needs_role_unit_and_department(department, own, operates, unit):
    from reference_system.services.acting import Act, Actor

    roles = frozenset({"operate"} if operates else {"view"})
    actor = Actor("p", "p", "P", unit, roles, department=own)
    row = Feedback(level="commune", code="21613", department=department)
    expected = operates and unit == AN_HUNG and (not department or department == own)
    assert handles(Act(None, None, actor, 0), row) == expected
