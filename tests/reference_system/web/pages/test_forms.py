"""What forms do: one act each, refused with what was typed kept, and safe against other sites."""

import re
from collections.abc import Callable

import pytest

from reference_system.services.acting import looking
from reference_system.services.system import System
from reference_system.store.content import BulletinRow
from reference_system.store.orders import Delivery, Order
from reference_system.store.people import AuditEntry, Person
from reference_system.web.pages.rendering import local
from scenarios.units import DAY_MS
from tests.reference_system.web.pages.forms import Form

QUESTION = "Mời bà con họp thôn"


def test_who_is_not_logged_in_is_led_to_the_login_and_back(form: Form, known: Callable) -> None:
    lan = known("lan")
    away = form.get("/devices?presence=lost")
    assert away.headers["location"] == "/login?next=%2Fdevices%3Fpresence%3Dlost"
    login = form.get(away.headers["location"])
    wanted = form.field(login, "next").replace("&amp;", "&")
    back = form.post("/login", login="lan", password=lan.password, next=wanted)
    assert back.headers["location"] == "/devices?presence=lost"


@pytest.mark.parametrize("next_page", ["https://elsewhere.example/", "//elsewhere.example", "/\\x"])
def test_a_login_leads_to_no_other_site(form: Form, known: Callable, next_page: str) -> None:
    lan = known("lan")
    form.get("/login")
    answer = form.post("/login", login="lan", password=lan.password, next=next_page)
    assert answer.headers["location"] == "/"


def test_a_refused_login_says_so_in_both_languages_and_keeps_the_login(form: Form) -> None:
    form.get("/login")
    answer = form.post("/login", login="ai-do", password="sai bét")
    assert answer.status_code == 401
    assert "Sai tên đăng nhập" in answer.text
    assert '<p class="quiet" lang="en">Wrong login' in answer.text
    assert 'value="ai-do"' in answer.text
    assert "sai bét" not in answer.text


def test_another_site_logs_nobody_in_and_changes_nothing(form: Form, known: Callable) -> None:
    lan = known("lan")
    form.get("/login")
    words = {"csrf": form.csrf, "login": "lan", "password": lan.password}
    cross = form.http.post("/login", data=words, headers={"sec-fetch-site": "cross-site"})
    assert cross.status_code == 403
    form.log_in(lan)
    assert form.http.post("/logout", data={}).status_code == 403
    assert form.http.post("/logout", data={"csrf": "0" * 64}).status_code == 403
    assert form.get("/account").status_code == 200


def test_the_first_password_must_be_changed_before_anything_else(
    form: Form, known: Callable, system: System
) -> None:
    lan = known("lan")
    with system.database.writing() as session:
        session.get_one(Person, lan.actor.person_id).must_change_password = True
    form.get("/login")
    form.post("/login", login="lan", password=lan.password)
    assert form.get("/devices").headers["location"] == "/account/password"
    form.get("/account/password")
    weak = form.post("/account/password", password=lan.password, new_password="matkhau123456")
    assert (weak.status_code, "quá dễ đoán" in weak.text) == (422, True)
    new = "một con vịt xòe ra hai cái cánh"
    done = form.post("/account/password", password=lan.password, new_password=new)
    assert done.headers["location"] == "/login?done=password"
    assert form.get("/devices").headers["location"].startswith("/login")


def test_the_language_is_kept(form: Form) -> None:
    form.get("/login")
    answer = form.post("/language", language="en", back="/login?next=%2Fdevices")
    assert answer.headers["location"] == "/login?next=%2Fdevices"
    assert '<html lang="en">' in form.get("/login").text
    assert form.post("/language", language="xx").status_code == 422


def test_a_bulletin_from_draft_to_order(form: Form, known: Callable, system: System) -> None:
    lan, hoa = known("lan"), known("hoa")
    form.log_in(hoa)
    form.get("/devices/new")
    form.post("/devices/new", id="A", name="Loa A", kind="ip-speaker", profile="speaker-reference",
              commune="21613")  # fmt: skip
    writing = Form(system).log_in(lan)
    page = writing.get("/bulletins/new")
    words = {
        "id": writing.field(page, "id"), "title": QUESTION, "bulletin_class": "priority",
        "kind": "text", "field": "direction", "severity": "0", "status": "Actual",
        "language_0": "vi", "text_0": "Đúng 19 giờ.\r\nTại nhà văn hóa.",
    }  # fmt: skip
    bulletin = writing.post("/bulletins/new", **words).headers["location"].split("?")[0]
    again = writing.post("/bulletins/new", **words).headers["location"].split("?")[0]
    assert again == bulletin, "sent twice, made once"
    assert writing.post(bulletin, do="submit", version=1).status_code == 303
    own = writing.post(bulletin, do="appraise", version=2)
    assert (own.status_code, "không tự thẩm định" in own.text) == (403, True)
    assert form.post(bulletin, do="appraise", version=2).status_code == 303
    stale = form.post(bulletin, do="approve", version=2)
    assert (stale.status_code, "đã thay đổi" in stale.text) == (409, True)
    assert form.post(bulletin, do="approve", version=3).status_code == 303
    night = f"{local(system.clock() + DAY_MS):%Y-%m-%d}T23:00"
    order = {
        "area": ["commune:21613"],
        "times": "2",
        "gap_ms": "30",
        "not_before": night,
    }
    preview = form.post(f"{bulletin}/send", do="preview", **order)
    assert "Có lượt phát ngoài khung giờ" in preview.text
    key = form.field(preview, "id")
    refused = form.post(f"{bulletin}/send", do="send", id=key, **order)
    assert (refused.status_code, f'value="{night}"' in refused.text) == (409, True)
    meant = {"do": "send", "id": key, "outside_hours": "1", **order}
    assert form.post(f"{bulletin}/send", **meant).headers["location"].startswith("/orders/")
    assert form.post(f"{bulletin}/send", **meant).headers["location"].startswith("/orders/")
    with looking(system, hoa.actor) as act:
        assert act.session.query(Order).count() == 1
        row = act.session.get_one(BulletinRow, bulletin.rpartition("/")[2])
        assert (row.title, row.state) == (QUESTION, "approved")
    assert form.post(f"/orders/{key}", do="cancel").headers["location"].endswith("done=cancelled")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"bulletin_class": "urgent"}, "bulletin_class"),
        ({"valid_until": "mai"}, "valid_until"),
        ({"severity": "-1"}, "severity"),
        ({"kind": "relay", "relay_url": "file:///etc/passwd"}, "relay_url"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    form: Form, known: Callable, wrong: dict[str, str], field: str
) -> None:
    form.log_in(known("lan", "compose"))
    page = form.get("/bulletins/new")
    words = {
        "id": form.field(page, "id"), "title": QUESTION, "bulletin_class": "normal",
        "kind": "text", "field": "general", "severity": "0", "status": "Actual",
        "language_0": "vi", "text_0": "Lời <b>giữ</b> nguyên",
    }  # fmt: skip
    answer = form.post("/bulletins/new", **(words | wrong))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert "Lời &lt;b&gt;giữ&lt;/b&gt; nguyên" in answer.text
    assert answer.text.count('lang="en"') >= 2, "the English words of the refusal, and the switch"


def test_an_account_sees_and_does_what_its_roles_allow(form: Form, known: Callable) -> None:
    form.log_in(known("so-y-te", "compose"))
    page = form.get("/")
    assert page.status_code == 200
    assert 'href="/people"' not in page.text
    assert 'href="/emergency"' not in page.text
    for path in ("/people", "/audit", "/devices", "/emergency", "/plays", "/slots/new"):
        refused = form.get(path)
        assert (refused.status_code, refused.headers["content-type"][:9]) == (403, "text/html")


def test_an_emergency_needs_a_code_and_is_sent_once(
    form: Form, known: Callable, system: System, lived_in: dict[str, str]
) -> None:
    bao = known("bao", factor=True)
    form.log_in(bao)
    assert 'value="Test" checked' in form.get("/emergency").text
    said = {"title": "Lũ lên", "text": "Di dời ngay.", "status": "Exercise", "severity": "0",
            "area": ["own"], "times": "1", "gap_ms": "", "valid_ms": "60"}  # fmt: skip
    check = form.post("/emergency", do="check", **said)
    said |= {"id": form.field(check, "id"), "sha256": form.field(check, "sha256")}
    without = form.post("/emergency", do="confirm", code="", **said)
    wrong = form.post("/emergency", do="confirm", code="000000", **said)
    assert (without.status_code, wrong.status_code) == (401, 401)
    assert form.field(wrong, "id") == said["id"]
    sent = form.post("/emergency", do="confirm", code=bao.code(), **said)
    again = form.post("/emergency", do="confirm", code="", **said)
    assert sent.headers["location"] == again.headers["location"]
    with looking(system, bao.actor) as act:
        orders = act.session.query(Order).where(Order.bulletin_class == "emergency").all()
        assert [(order.status, order.severity) for order in orders] == [("Exercise", 0)]
    assert "Khẩn cấp đang chạy" in form.get("/").text


def test_a_secret_is_shown_once_and_kept_nowhere(
    form: Form, known: Callable, system: System, lived_in: dict[str, str]
) -> None:
    form.log_in(known("bao"))
    shown = form.post(f"/devices/{lived_in['device']}", do="rotate")
    secret = re.search(r'class="secret"><code>([^<]+)', shown.text)[1]
    assert shown.headers["cache-control"] == "no-store"
    assert secret not in form.get(f"/devices/{lived_in['device']}").text
    with system.database.reading() as session:
        assert all(secret not in str(row.detail) for row in session.query(AuditEntry))


@pytest.mark.parametrize(
    ("said", "body"),
    [
        ({"do": "volume", "percent": "35"}, {"DieuKhienThietBi": {"MaLenh": "0", "ThamSo": "35"}}),
        ({"do": "stop"}, {"DungPhat": {}}),
        ({"do": "restart"}, {"KhoiDongLai": {}}),
    ],
)
def test_a_device_is_told(
    form: Form,
    known: Callable,
    system: System,
    lived_in: dict[str, str],
    said: dict[str, str],
    body: dict[str, object],
) -> None:
    form.log_in(known("bao"))
    answer = form.post(f"/devices/{lived_in['device']}", **said)
    assert answer.status_code == 303
    with system.database.reading() as session:
        told = session.query(Delivery).order_by(Delivery.created_ms.desc()).first()
    assert told.message == body


def test_a_slot_is_changed_without_losing_what_the_form_does_not_show(
    form: Form, known: Callable, lived_in: dict[str, str], system: System
) -> None:
    form.log_in(known("bao"))
    path = f"/slots/{lived_in['slot']}"
    words = {"name": "Buổi sớm", "at": "05:15", "slot_ms": "20:30", "days": ["0", "2"],
             "area": ["commune:21609"], "kind_0": "relay", "length_0": "1:30",
             "source_0": "https://vov.example/1"}  # fmt: skip
    unfit = form.post(path, do="save", version=1, **(words | {"at": "25:00"}))
    assert (unfit.status_code, 'value="25:00"' in unfit.text) == (422, True)
    assert form.post(path, do="save", version=1, **words).status_code == 303
    page = form.get(path).text
    for value in ("05:15", "20:30", "1:30"):
        assert f'value="{value}"' in page
    stale = form.post(path, do="remove", version=1)
    assert stale.status_code == 409
    assert form.post(path, do="remove", version=2).status_code == 303


def test_feedback_is_routed_and_answered(
    form: Form, known: Callable, lived_in: dict[str, str]
) -> None:
    form.log_in(known("bao"))
    path = f"/feedback/{lived_in['feedback']}"
    assert form.post(path, do="answered", answer="Đã sửa.").status_code == 403
    assert form.post(path, do="routed", unit="province:99").status_code == 422
    assert form.post(path, do="routed", unit="province:52", note="nhờ tỉnh").status_code == 303
    assert form.post(path, do="answered", answer="").status_code == 422
    assert form.post(path, do="answered", answer="Đã sửa loa.").status_code == 303
    assert form.post(path, do="closed").status_code == 303
    assert "Đã sửa loa." in form.get(path).text


def test_a_person_is_added_changed_and_closed(form: Form, known: Callable) -> None:
    form.log_in(known("bao"))
    key = form.field(form.get("/people/new"), "id")
    words = {"id": key, "login": "moi", "name": "Người mới", "unit": "commune:21613",
             "roles": ["view", "operate"]}  # fmt: skip
    added = form.post("/people/new", **words)
    assert 'class="secret"' in added.text
    assert 'class="secret"' not in form.post("/people/new", **words).text
    changed = form.post(f"/people/{key}", do="save", **(words | {"roles": ["view"]}))
    assert changed.status_code == 303
    assert "đã đóng" in form.get("/people").text
    assert 'class="secret"' in form.post(f"/people/{key}", do="password").text


def test_a_file_that_is_no_sound_is_refused_on_the_page_of_its_bulletin(
    form: Form, known: Callable, lived_in: dict[str, str]
) -> None:
    form.log_in(known("bao"))
    answer = form.http.post(
        f"/upload/{lived_in['draft']}",
        data={"csrf": form.csrf, "version": "1", "language": "vi"},
        files={"file": ("a.mp3", b"no sound at all" * 1000)},
    )
    assert answer.status_code == 422
    assert "Lịch tiêm phòng" in answer.text
    assert 'role="alert"' in answer.text


STRANGE = (
    *("/bulletins/nothing", "/orders/nothing", "/slots/x", "/people/x", "/devices?after=%00"),
    *("/programme?week=long", "/programme?commune=9", "/static/visits.py", "/audit?before=z"),
    *("/nothing-here", "/logout"),
)


@pytest.mark.parametrize("path", STRANGE)
def test_strange_addresses_are_pages_too(form: Form, known: Callable, path: str) -> None:
    form.log_in(known("bao"))
    form.http.headers["accept"] = "text/html,*/*"
    answer = form.get(path)
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"].startswith("text/html")
