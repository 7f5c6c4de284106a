from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from reference_system.services.content import bulletins
from reference_system.services.content.drafts import Content, Draft
from reference_system.services.refusals import Invalid, Missing, Refusal
from reference_system.services.units import Unit
from reference_system.store.content import Media
from reference_system.store.people import AuditEntry

BINH_DINH = Unit("province", "52")
AN_LAO = Unit("district", "542")
AN_HUNG = Unit("commune", "21613")
QUANG_BINH = Unit("province", "44")

SOUND = "a" * 64
OTHER_SOUND = "b" * 64
DRAFT = Draft(
    "Lịch cắt điện",
    "normal",
    "audio",
    summary="Ngày mai",
    contents=(Content("vi", "Ngày mai cắt điện.", SOUND),),
)
EMERGENCY = replace(DRAFT, bulletin_class="emergency", severity=1)


@pytest.fixture(autouse=True)
def sounds(system):
    with system.database.writing() as session:
        session.add_all(
            Media(
                sha256=sha256,
                media_type="audio/mpeg",
                size_bytes=1,
                origin="test",
                created_ms=0,
            )
            for sha256 in (SOUND, OTHER_SOUND)
        )


@pytest.fixture
def lan(person):
    return person("lan", BINH_DINH, "compose")


@pytest.fixture
def minh(person):
    return person("minh", BINH_DINH, "appraise")


@pytest.fixture
def hai(person):
    return person("hai", BINH_DINH, "approve")


def refusal(act, actor, do, *args, **named) -> str:
    with pytest.raises(Refusal) as refused, act(actor) as doing:
        do(doing, *args, **named)
    return refused.value.code


def approved(act, lan, minh, hai, draft=DRAFT):
    with act(lan) as doing:
        row = bulletins.create(doing, draft)
        bulletins.take(doing, row.id, "submit", 1)
    with act(minh) as doing:
        bulletins.take(doing, row.id, "appraise", 2)
    with act(hai) as doing:
        return bulletins.take(doing, row.id, "approve", 3)


def test_a_bulletin_goes_from_draft_to_approved_and_each_step_is_on_the_record(
    system, act, lan, minh, hai, clock
):
    row = approved(act, lan, minh, hai)
    with act(lan) as doing:
        assert bulletins.words(doing, bulletins.get(doing, row.id)) == DRAFT
        taken = bulletins.steps(doing, row.id)
        audited = doing.session.scalars(select(AuditEntry).order_by(AuditEntry.number)).all()
    assert (row.state, row.version, row.author_id) == ("approved", 4, lan.person_id)
    assert [(each.step, each.version, each.person_name) for each in taken] == [
        ("compose", 1, "Lan"),
        ("submit", 2, "Lan"),
        ("appraise", 3, "Minh"),
        ("approve", 4, "Hai"),
    ]
    assert [(each.action, each.login) for each in audited] == [
        ("bulletin-compose", "lan"),
        ("bulletin-submit", "lan"),
        ("bulletin-appraise", "minh"),
        ("bulletin-approve", "hai"),
    ]


def test_a_department_is_named_as_the_source(act, person):
    with act(person("so-y-te", BINH_DINH, "compose", department="Sở Y tế")) as doing:
        assert bulletins.create(doing, DRAFT).department == "Sở Y tế"


def test_who_wrote_any_of_it_neither_appraises_nor_approves_nor_returns_it(act, person, lan):
    everything = person("tam", BINH_DINH)
    with act(lan) as doing:
        row = bulletins.create(doing, DRAFT)
    with act(everything) as doing:
        bulletins.edit(doing, row.id, 1, replace(DRAFT, title="Khác"))
        bulletins.take(doing, row.id, "submit", 2)
    own = (act, everything, bulletins.take, row.id)
    assert refusal(*own, "appraise", 3) == "own-bulletin"
    assert refusal(*own, "return", 3, "sai") == "own-bulletin"
    another = person("tu", BINH_DINH)
    with act(another) as doing:
        bulletins.take(doing, row.id, "appraise", 3)
    assert refusal(*own, "approve", 4) == "own-bulletin"
    with act(another) as doing:
        assert bulletins.take(doing, row.id, "approve", 4).state == "approved"


def test_a_returned_bulletin_says_why_and_is_a_draft_again_once_edited(act, lan, minh):
    with act(lan) as doing:
        row = bulletins.create(doing, DRAFT)
        bulletins.take(doing, row.id, "submit", 1)
    assert refusal(act, minh, bulletins.take, row.id, "return", 2, "  ") == "reason-missing"
    with act(minh) as doing:
        bulletins.take(doing, row.id, "return", 2, "Sai ngày")
    assert refusal(act, lan, bulletins.take, row.id, "submit", 3) == "wrong-state"
    with act(lan) as doing:
        assert bulletins.steps(doing, row.id)[-1].reason == "Sai ngày"
        assert bulletins.edit(doing, row.id, 3, DRAFT).state == "draft"
        assert bulletins.take(doing, row.id, "submit", 4).state == "submitted"


def test_nobody_overwrites_or_approves_what_they_have_not_seen(act, lan, minh):
    with act(lan) as doing:
        row = bulletins.create(doing, DRAFT)
        bulletins.edit(doing, row.id, 1, replace(DRAFT, title="Mới"))
    stale = replace(DRAFT, title="Cũ")
    assert refusal(act, lan, bulletins.edit, row.id, 1, stale) == "changed-meanwhile"
    assert refusal(act, lan, bulletins.take, row.id, "submit", 1) == "changed-meanwhile"
    with act(lan) as doing:
        bulletins.take(doing, row.id, "submit", 2)
    assert refusal(act, minh, bulletins.take, row.id, "appraise", 2) == "changed-meanwhile"
    with act(lan) as doing:
        assert bulletins.get(doing, row.id).title == "Mới"


def test_what_is_missing_is_refused_at_submission_and_what_expired_at_approval(
    act, lan, minh, hai, clock
):
    with act(lan) as doing:
        row = bulletins.create(doing, replace(DRAFT, contents=()))
    assert refusal(act, lan, bulletins.take, row.id, "submit", 1) == "vietnamese-missing"
    with act(lan) as doing:
        bulletins.edit(doing, row.id, 1, replace(DRAFT, valid_until_ms=clock() + 1000))
        bulletins.take(doing, row.id, "submit", 2)
    with act(minh) as doing:
        bulletins.take(doing, row.id, "appraise", 3)
    clock.advance(1000)
    assert refusal(act, hai, bulletins.take, row.id, "approve", 4) == "validity-over"


def test_the_same_request_again_gives_the_same_bulletin_and_other_words_a_conflict(
    act, lan, person
):
    for _ in range(2):
        with act(lan) as doing:
            row = bulletins.create(doing, DRAFT, client_id="mine-1")
    with act(lan) as doing:
        bulletins.edit(doing, "mine-1", 1, replace(DRAFT, title="Sau"))
        assert bulletins.create(doing, DRAFT, client_id="mine-1").title == "Sau"
        assert len(bulletins.steps(doing, row.id)) == 2
    other = (act, lan, bulletins.create, replace(DRAFT, title="Khác"))
    assert refusal(*other, client_id="mine-1") == "id-taken"
    somebody = person("tu", BINH_DINH, "compose")
    assert refusal(act, somebody, bulletins.create, DRAFT, client_id="mine-1") == "id-taken"


def test_a_file_that_was_spoken_goes_when_its_words_or_the_status_change(act, lan):
    text = replace(DRAFT, kind="text", contents=(Content("vi", "Lời."),))
    with act(lan) as doing:
        row = bulletins.create(doing, text)
        bulletins.set_spoken(doing, row.id, 1, "vi", SOUND, "espeak-ng")
        same = replace(text, title="Tên mới", contents=(Content("vi", "Lời.", SOUND),))
        bulletins.edit(doing, row.id, 2, same)
        assert bulletins.contents(doing, row.id) == (Content("vi", "Lời.", SOUND, "espeak-ng"),)
        bulletins.edit(doing, row.id, 3, replace(same, status="Test"))
        assert bulletins.contents(doing, row.id) == (Content("vi", "Lời."),)
        bulletins.set_spoken(doing, row.id, 4, "vi", SOUND, "espeak-ng")
        other = replace(same, status="Test", contents=(Content("vi", "Lời khác.", SOUND),))
        bulletins.edit(doing, row.id, 5, other)
        assert bulletins.contents(doing, row.id) == (Content("vi", "Lời khác."),)
        uploaded = replace(other, contents=(Content("vi", "Lời khác.", OTHER_SOUND),))
        bulletins.edit(doing, row.id, 6, uploaded)
        again = replace(uploaded, contents=(Content("vi", "Lời nữa.", OTHER_SOUND),))
        bulletins.edit(doing, row.id, 7, again)
        assert bulletins.contents(doing, row.id) == again.contents


def test_a_new_version_is_a_draft_and_replaces_the_old_one_once_it_is_approved(act, lan, minh, hai):
    old = approved(act, lan, minh, hai)
    assert refusal(act, lan, bulletins.edit, old.id, 4, DRAFT) == "wrong-state"
    for _ in range(2):
        with act(lan) as doing:
            new = bulletins.revise(doing, old.id, 4, new="v2")
    assert (new.state, new.version, new.revises) == ("draft", 1, old.id)
    assert refusal(act, lan, bulletins.revise, old.id, 4) == "revision-open"
    with act(lan) as doing:
        bulletins.edit(doing, "v2", 1, replace(DRAFT, title="Lịch cắt điện (sửa)"))
        bulletins.take(doing, "v2", "submit", 2)
        assert bulletins.get(doing, old.id).title == DRAFT.title
    with act(minh) as doing:
        bulletins.take(doing, "v2", "appraise", 3)
        assert bulletins.get(doing, old.id).state == "approved"
    with act(hai) as doing:
        bulletins.take(doing, "v2", "approve", 4)
        assert bulletins.get(doing, old.id).state == "withdrawn"
        last = bulletins.steps(doing, old.id)[-1]
    assert (last.step, last.reason) == ("replace", "v2")


def test_a_new_version_keeps_what_was_spoken(act, lan, minh, hai):
    with act(lan) as doing:
        row = bulletins.create(
            doing, replace(DRAFT, kind="text", contents=(Content("vi", "Lời."),))
        )
        bulletins.set_spoken(doing, row.id, 1, "vi", SOUND, "espeak-ng")
        bulletins.take(doing, row.id, "submit", 2)
    with act(minh) as doing:
        bulletins.take(doing, row.id, "appraise", 3)
    with act(hai) as doing:
        bulletins.take(doing, row.id, "approve", 4)
    with act(lan) as doing:
        new = bulletins.revise(doing, row.id, 5)
        assert bulletins.contents(doing, new.id) == (Content("vi", "Lời.", SOUND, "espeak-ng"),)


def test_an_emergency_is_approved_at_once_by_one_person_with_the_second_factor(system, act, person):
    chief = person("truong", BINH_DINH, "compose", "approve", "operate")
    with act(chief) as doing:
        row = bulletins.create(doing, EMERGENCY)
    late = replace(chief, confirmed_ms=chief.confirmed_ms - system.settings.confirmation_ms)
    at_once = (bulletins.take, row.id, "approve-at-once", 1)
    assert refusal(act, late, *at_once) == "confirmation-needed"
    for missing_role in ("compose", "approve", "operate"):
        less = replace(chief, roles=chief.roles - {missing_role})
        assert refusal(act, less, *at_once) == "role-missing"
    with act(chief) as doing:
        assert bulletins.take(doing, row.id, "approve-at-once", 1).state == "approved"
        assert bulletins.steps(doing, row.id)[-1].step == "approve-at-once"
        usual = bulletins.create(doing, DRAFT)
    assert refusal(act, chief, bulletins.take, usual.id, "approve-at-once", 1) == "not-emergency"


@pytest.mark.parametrize(
    ("step", "roles"),
    [
        ("submit", {"compose"}),
        ("appraise", {"appraise"}),
        ("return", {"appraise"}),
        ("approve", {"approve"}),
    ],
)
def test_each_step_takes_its_role(act, person, lan, minh, step, roles):
    with act(lan) as doing:
        row = bulletins.create(doing, DRAFT)
    version = 1
    if step != "submit":
        with act(lan) as doing:
            version = bulletins.take(doing, row.id, "submit", version).version
    if step == "approve":
        with act(minh) as doing:
            version = bulletins.take(doing, row.id, "appraise", version).version
    everything = person("tu", BINH_DINH)
    less = replace(everything, roles=everything.roles - roles)
    assert refusal(act, less, bulletins.take, row.id, step, version, "lý do") == "role-missing"
    with act(replace(everything, roles=frozenset(roles))) as doing:
        bulletins.take(doing, row.id, step, version, "lý do")


def test_a_bulletin_is_of_the_own_unit_or_of_one_below(act, person, lan):
    with act(lan) as doing:
        assert bulletins.create(doing, DRAFT, unit=AN_HUNG).code == "21613"
    commune = person("xa", AN_HUNG, "compose")
    assert refusal(act, commune, bulletins.create, DRAFT, unit=AN_LAO) == "outside-own-unit"
    with act(commune) as doing:
        own = bulletins.create(doing, DRAFT)
    assert (own.level, own.code) == ("commune", "21613")


def test_drafts_are_seen_from_above_and_what_is_approved_from_below(act, person, lan, minh, hai):
    commune, district = person("xa", AN_HUNG), person("huyen", AN_LAO)
    elsewhere = person("qb", QUANG_BINH)
    with act(lan) as doing:
        province_draft = bulletins.create(doing, DRAFT).id
    province_approved = approved(act, lan, minh, hai).id
    with act(commune) as doing:
        commune_draft = bulletins.create(doing, DRAFT).id
    seen = {
        lan: {province_draft, province_approved, commune_draft},
        district: {province_approved, commune_draft},
        commune: {province_approved, commune_draft},
        elsewhere: set(),
    }
    for actor, ids in seen.items():
        with act(actor) as doing:
            assert {row.id for row in bulletins.listed(doing).items} == ids
            for each in (province_draft, province_approved, commune_draft):
                if each in ids:
                    assert bulletins.get(doing, each).id == each
                else:
                    with pytest.raises(Missing):
                        bulletins.get(doing, each)
    # To be seen from below is not to be changed from there.
    withdraw = (bulletins.take, province_approved, "withdraw", 4, "…")
    assert refusal(act, commune, *withdraw) == "outside-own-unit"


def test_a_list_is_in_pages_newest_first_and_filtered(act, lan, clock):
    made = []
    for number in range(5):
        with act(lan) as doing:
            made.append(bulletins.create(doing, replace(DRAFT, title=f"Số {number}")).id)
            if number % 2:
                bulletins.take(doing, made[-1], "submit", 1)
        clock.advance(1)
    with act(lan) as doing:
        first = bulletins.listed(doing, limit=2)
        second = bulletins.listed(doing, limit=2, after=first.after)
        third = bulletins.listed(doing, limit=2, after=second.after)
        pages = [[row.id for row in page.items] for page in (first, second, third)]
        assert pages == [made[4:2:-1], made[2:0:-1], made[:1]]
        assert third.after is None
        submitted = bulletins.listed(doing, state="submitted").items
        assert [row.id for row in submitted] == [made[3], made[1]]
        assert bulletins.listed(doing, bulletin_class="priority").items == []


def test_what_is_refused_leaves_nothing_behind(act, lan):
    wrong = replace(DRAFT, contents=(Content("vi", "…", "d" * 64),))
    with pytest.raises(Invalid, match="media-unknown"), act(lan) as doing:
        bulletins.create(doing, wrong, client_id="mine-1")
    with act(lan) as doing:
        assert bulletins.listed(doing).items == []


WAYS = {
    ("draft", "submit"): ({"compose"}, False, "submitted"),
    ("submitted", "appraise"): ({"appraise"}, True, "appraised"),
    ("appraised", "approve"): ({"approve"}, True, "approved"),
    ("submitted", "return"): ({"appraise"}, True, "returned"),
    ("appraised", "return"): ({"approve"}, True, "returned"),
    ("draft", "withdraw"): ({"compose"}, False, "withdrawn"),
    ("returned", "withdraw"): ({"compose"}, False, "withdrawn"),
    ("submitted", "withdraw"): ({"compose"}, False, "withdrawn"),
    ("appraised", "withdraw"): ({"compose"}, False, "withdrawn"),
    ("approved", "withdraw"): ({"approve"}, False, "withdrawn"),
}
"""From a state by a step: the roles, whether it takes another person, and where it leads."""


class Model(RuleBasedStateMachine):
    """One bulletin and its new versions against a plain account of what may happen."""

    def __init__(self, act, people) -> None:
        super().__init__()
        self.act, self.people = act, people
        self.begin()

    def begin(self) -> None:
        self.state, self.version, self.writers = "draft", 1, {"writer"}
        self.complete, self.emergency = True, False
        with self.act(self.people["writer"]) as doing:
            self.id = bulletins.create(doing, DRAFT).id

    names = st.sampled_from(["writer", "second", "judge", "chief", "viewer", "commune"])
    steps = st.sampled_from(["submit", "appraise", "approve", "return", "withdraw"])
    stale = st.sampled_from([False, False, False, True])

    def attempt(self, name: str, do) -> str:
        try:
            with self.act(self.people[name]) as doing:
                do(doing)
        except Refusal as refused:
            return refused.code
        return "done"

    def seen_version(self, stale: bool) -> int:
        return self.version - 1 if stale else self.version

    def judge(self, name: str, roles: set[str], stale: bool, by_another: bool = False) -> str:
        if name == "commune":
            return "no-bulletin" if self.state != "approved" else "outside-own-unit"
        if not roles <= self.people[name].roles:
            return "role-missing"
        if by_another and name in self.writers:
            return "own-bulletin"
        return "changed-meanwhile" if stale else "done"

    @rule(name=names, complete=st.booleans(), emergency=st.booleans(), stale=stale)
    def edit(self, name, complete, emergency, stale):
        words = EMERGENCY if emergency else DRAFT
        words = words if complete else replace(words, contents=())
        version = self.seen_version(stale)
        told = self.attempt(name, lambda doing: bulletins.edit(doing, self.id, version, words))
        expected = self.judge(name, {"compose"}, stale)
        if expected != "no-bulletin" and self.state not in ("draft", "returned"):
            expected = "wrong-state"
        assert told == expected
        if told == "done":
            self.state, self.version = "draft", self.version + 1
            self.complete, self.emergency = complete, emergency
            self.writers.add(name)

    @rule(name=names, step=steps, stale=stale)
    def step(self, name, step, stale):
        version = self.seen_version(stale)
        told = self.attempt(
            name, lambda doing: bulletins.take(doing, self.id, step, version, "lý do")
        )
        possible = WAYS.get((self.state, step))
        roles, by_another, to = possible or (set(), False, "")
        expected = self.judge(name, roles, stale, by_another)
        if expected != "no-bulletin" and possible is None:
            expected = "wrong-state"
        if expected == "done" and step == "submit" and not self.complete:
            expected = "vietnamese-missing"
        assert told == expected
        if told == "done":
            self.state, self.version = to, self.version + 1

    @precondition(lambda self: self.state in ("draft", "submitted", "appraised"))
    @rule(name=names, back=st.integers(0, 3))
    def go_on(self, name, back):
        if self.state == "draft":
            step = "submit"
        else:
            on = {"submitted": "appraise", "appraised": "approve"}
            step = on[self.state] if back else "return"
        self.step(name, step, False)

    @precondition(lambda self: self.state == "withdrawn")
    @rule()
    def another(self):
        self.begin()

    @rule(name=names, stale=stale)
    def at_once(self, name, stale):
        version = self.seen_version(stale)
        told = self.attempt(
            name, lambda doing: bulletins.take(doing, self.id, "approve-at-once", version)
        )
        expected = self.judge(name, {"compose", "approve", "operate"}, stale)
        if expected != "no-bulletin" and self.state != "draft":
            expected = "wrong-state"
        if expected == "done" and not self.emergency:
            expected = "not-emergency"
        if expected == "done" and not self.complete:
            expected = "vietnamese-missing"
        assert told == expected
        if told == "done":
            self.state, self.version = "approved", self.version + 1

    @rule(name=names)
    def revise(self, name):
        made = []
        told = self.attempt(
            name,
            lambda doing: made.append(bulletins.revise(doing, self.id, self.version).id),
        )
        expected = self.judge(name, {"compose"}, stale=False)
        if expected == "done" and self.state != "approved":
            expected = "wrong-state"
        assert told == expected
        if told == "done":  # from here on the new version is the one that is followed
            (self.id,) = made
            self.state, self.version, self.writers = "draft", 1, {name}

    @invariant()
    def is_as_accounted(self):
        with self.act(self.people["judge"]) as doing:
            row = bulletins.get(doing, self.id)
            steps = bulletins.steps(doing, self.id)
        assert (row.state, row.version) == (self.state, self.version)
        assert [each.version for each in steps] == list(range(1, self.version + 1))


def test_the_workflow_is_a_plain_account_of_it(act, person):
    people = {
        "writer": person("writer", BINH_DINH, "compose"),
        "second": person("second", BINH_DINH, "compose", "appraise", "approve"),
        "judge": person("judge", BINH_DINH, "appraise", "approve"),
        "chief": person("chief", BINH_DINH, "compose", "approve", "operate"),
        "viewer": person("viewer", BINH_DINH, "view"),
        "commune": person("commune", AN_HUNG),
    }
    run_state_machine_as_test(
        lambda: Model(act, people),
        settings=settings(
            max_examples=20,
            stateful_step_count=40,
            suppress_health_check=list(HealthCheck),
        ),
    )
