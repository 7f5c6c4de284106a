import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_system.services.acting import acting, itself, looking
from reference_system.services.administration import commune_feed
from reference_system.services.administration.commune_feed import folded
from reference_system.services.broadcasting import issuing, orders, programmes
from reference_system.services.broadcasting.programme_items import Part
from reference_system.services.broadcasting.programmes import WantedSlot
from reference_system.services.broadcasting.wanted import HOUR_MS, Wanted
from reference_system.services.refusals import Missing
from reference_system.store.content import BulletinRow
from scenarios.scenario import Area

HERE, NEXT = "21613", "21616"


@pytest.fixture
def sent(system, person, act, approved, speakers):
    speakers(HERE)
    speakers(NEXT)
    binh = person("binh")

    def send(key, area=Area(communes=(HERE,)), **about):  # noqa: B008 (a frozen value)
        approved(key, "normal", **about)
        with act(binh) as doing:
            order = orders.send(doing, Wanted(bulletin_id=key, era="2022", area=area))
        system.clock.advance(1000)
        return order

    return send


def followed(system):
    with acting(system, itself(system)) as act:
        commune_feed.follow(act)


def found(system, commune=HERE, search="", **more):
    with looking(system, itself(system)) as act:
        return [post.bulletin.id for post in commune_feed.page(act, commune, search, **more).items]


def test_what_was_sent_here_newest_first(system, approved, sent):
    approved("never-sent")
    sent("a")
    sent("drill", status="Exercise")
    sent("there", Area(communes=(NEXT,)))
    sent("everywhere", Area(everywhere=True))
    sent("one-device", Area(devices=(f"{HERE}-0001",)))
    followed(system)
    followed(system)
    assert found(system) == ["one-device", "everywhere", "a"]
    assert found(system, NEXT) == ["everywhere", "there"]
    assert found(system, "21622") == ["everywhere"]


def test_search_needs_no_diacritics(system, sent):
    sent("a", title="Cảnh báo BÃO LŨ ở Đồng bằng")
    sent("b", title="Lịch tiêm chủng 100%")
    followed(system)
    for search in ("bao lu", "bão lũ", "LŨ bão", "dong bang", "đồng", "ba\u0303o"):
        assert found(system, search=search) == ["a"], search
    assert found(system, search="bao tiem") == []
    assert found(system, search="100%") == ["b"]
    assert found(system, search="%") == ["b", "a"]  # nothing but a sign: no word to look for
    assert found(system, search="_") == ["b", "a"]


def test_withdrawn_is_gone_and_cancelled_is_said(system, person, sent):
    order = sent("a")
    sent("b")
    followed(system)
    with acting(system, person("chau")) as act:
        orders.cancel(act, order.id)
        act.session.get_one(BulletinRow, "b").state = "withdrawn"
    with looking(system, itself(system)) as act:
        (post,) = commune_feed.page(act, HERE).items
    assert (post.bulletin.id, post.cancelled) == ("a", True)


def test_pages_hold_all_of_it_once(system, sent):
    for number in range(5):
        sent(f"b{number}")
    followed(system)
    seen, after = [], None
    while True:
        with looking(system, itself(system)) as act:
            page = commune_feed.page(act, HERE, after=after, limit=2)
        seen += [post.bulletin.id for post in page.items]
        if (after := page.after) is None:
            break
    assert seen == ["b4", "b3", "b2", "b1", "b0"]


def test_a_commune_elsewhere_is_not_there(system):
    for commune in ("00001", "99999"):
        with looking(system, itself(system)) as act, pytest.raises(Missing):
            commune_feed.page(act, commune)


@given(st.text(st.sampled_from("aăâbdđeêghioôơuưyAĂĐ ạảãàáặệốớữỳ-,")))
def test_folding_is_the_same_for_every_form_and_for_what_is_folded(text):
    plain = folded(text)
    assert plain == folded(plain) == folded(unicodedata.normalize("NFD", text))
    assert plain == folded(text.upper())
    assert plain.isascii()


def slot(system, person, act, parts, **about):
    """A slot that begins in half an hour, with bulletins as parts; it is sent at once."""
    wanted = WantedSlot(
        name="Chương trình sáng",
        era="2022",
        area=about.pop("area", Area(communes=(HERE,))),
        at_ms=6 * HOUR_MS + HOUR_MS // 2,
        days=tuple(range(7)),
        slot_ms=HOUR_MS,
        parts=tuple(
            Part(kind="bulletin", length_ms=40_000, bulletin_id=part)
            if part
            else Part(kind="local", length_ms=40_000)
            for part in parts
        ),
        **about,
    )
    with act(person(f"p{len(parts)}{about.get('lead_ms', '')}")) as doing:
        return programmes.create(doing, wanted)


def test_what_is_only_in_the_programme_is_on_the_page_too(system, person, act, approved, speakers):
    speakers(HERE)
    speakers(NEXT)
    approved("tin", title="Lịch tiêm chủng")
    approved("thu", status="Test")
    made = slot(system, person, act, ["tin", "", "thu"])
    followed(system)
    assert (found(system), found(system, NEXT)) == (["tin"], [])
    assert found(system, search="tiem chung") == ["tin"]
    with looking(system, itself(system)) as doing:
        (post,) = commune_feed.page(doing, HERE).items
    assert (post.cancelled, post.published_ms) == (False, system.clock())
    # The next day's occurrence is the same post; a slot that is taken back cancels it.
    system.clock.advance(24 * HOUR_MS)
    issuing.issue_due(system)
    assert found(system) == ["tin"]
    with act(person("xoa")) as doing:
        programmes.remove(doing, made.id, made.version)
    with looking(system, itself(system)) as doing:
        assert not commune_feed.page(doing, HERE).items[0].cancelled  # it was heard yesterday


def test_what_was_taken_back_before_it_was_heard_is_said(system, person, act, approved, speakers):
    speakers(HERE)
    approved("tin")
    made = slot(system, person, act, ["tin"])
    with act(person("xoa")) as doing:
        programmes.remove(doing, made.id, made.version)
    with looking(system, itself(system)) as doing:
        assert [post.cancelled for post in commune_feed.page(doing, HERE).items] == [True]


def test_programme_that_is_not_sent_yet_is_on_no_page(system, person, act, approved, speakers):
    speakers(HERE)
    approved("tin")
    slot(system, person, act, ["tin"], lead_ms=1000)
    assert found(system) == []
    system.clock.advance(HOUR_MS // 2)
    issuing.issue_due(system)
    assert found(system) == ["tin"]
