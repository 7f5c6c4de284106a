"""Documents, figures, reports, channels, choices and other systems, by forms alone."""

import re
from collections.abc import Callable

import pytest

from reference_system.services.acting import acting, looking
from reference_system.services.administration import channels
from reference_system.services.sharing import receiving
from reference_system.services.system import System
from reference_system.services.units import Unit
from reference_system.store.administration import Document, YearlyReport
from reference_system.store.content import CommuneChoice
from reference_system.store.exchange import Outgoing, Peer
from reference_system.store.people import AuditEntry
from reference_system.web.pages.rendering import local
from tests.reference_system.web.pages.forms import Form

AN_TRUNG = Unit("commune", "21613")
PDF = b"%PDF-1.7\n%%EOF\n"
TOKEN = "t" * 40


def upload(form: Form, path: str, content: bytes):
    return form.http.post(path, data={"csrf": form.csrf}, files={"file": ("a.pdf", content)})


# ---- Documents ----------------------------------------------------------------------------------


def test_a_document_from_its_words_to_its_read_receipt(
    form: Form, known: Callable, system: System
) -> None:
    form.log_in(known("bao"))
    key = form.field(form.get("/documents/new"), "id")
    words = {"id": key, "number": "12/KH-UBND", "title": "Kế hoạch", "secrecy": "none",
             "units": ["commune:21613"], "all_below": ""}  # fmt: skip
    one = form.post("/documents/new", **words).headers["location"].split("?")[0]
    assert form.post("/documents/new", **words).headers["location"].startswith(one)
    reader = Form(system).log_in(known("an", unit=AN_TRUNG))
    assert reader.get(one).status_code == 404, "not before its file"
    refused = upload(form, f"/upload{one}", b"MZ")
    assert (refused.status_code, "Cần tệp PDF" in refused.text) == (422, True)
    assert upload(form, f"/upload{one}", PDF).headers["location"].endswith("done=document-sent")
    assert "0/1 đã đọc" in form.get(one).text
    assert "chưa đọc" in reader.get("/documents").text
    opened = reader.post(one)
    assert (opened.status_code, opened.content) == (200, PDF)
    assert opened.headers["content-disposition"].startswith("attachment;")
    assert "1/1 đã đọc" in form.get(one).text
    assert "chưa đọc" not in reader.get("/documents").text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"secrecy": "toi-mat"}, "secrecy"),
        ({"number": "12/KH-UBND-M"}, "number"),
        ({"title": "(MẬT) Kế hoạch"}, "title"),
        ({"units": []}, "units"),
        ({"units": ["commune:99999"]}, "units"),
        ({"units": ["province"]}, "units"),
        ({"secrecy": "maybe"}, "secrecy"),
    ],
)
def test_a_document_that_may_not_go_is_refused_before_its_file(
    form: Form, known: Callable, system: System, wrong: dict, field: str
) -> None:
    form.log_in(known("bao"))
    words = {"id": "d-1", "number": "12/KH-UBND", "title": "Kế hoạch", "secrecy": "none",
             "units": ["commune:21613"]}  # fmt: skip
    form.get("/documents/new")
    answer = form.post("/documents/new", **(words | wrong))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}"' in answer.text
    with system.database.reading() as session:
        assert session.query(Document).count() == 0


# ---- Figures and reports ------------------------------------------------------------------------


def test_figures_of_a_unit_in_words_and_as_a_file(
    form: Form, known: Callable, lived_in: dict[str, str]
) -> None:
    form.log_in(known("bao"))
    page = form.get("/statistics?unit=commune:21613").text
    assert "Xã An Trung" in page
    assert "chưa trả lời, còn hạn" in page, "no code is shown where there are words"
    file = form.get("/statistics.csv?unit=commune:21613")
    assert file.content.startswith(b"\xef\xbb\xbf"), "spreadsheets need the mark"
    assert ",feedback,waiting,1" in file.text
    wrong = form.get("/statistics?since=2022-02-01&until=2022-01-01")
    assert (wrong.status_code, 'href="#until"' in wrong.text) == (422, True)
    assert form.get("/statistics?since=hôm+nay").status_code == 422
    assert form.get("/statistics?unit=commune:99999").status_code == 422


def test_a_report_is_made_read_submitted_once_and_shared(
    form: Form, known: Callable, lived_in: dict[str, str], system: System
) -> None:
    form.log_in(known("bao"))
    year = str(local(system.clock()).year)
    assert form.post("/reports", year=year, since="", until="9999-01-01").status_code == 422
    one = form.post("/reports", year=year, since="", until="").headers["location"].split("?")[0]
    page = form.get(one)
    assert "Xã An Trung" in page.text
    assert form.post(one, do="share").status_code == 409, "not submitted"
    assert form.post(one, do="submit", sha256="0" * 64).status_code == 409, "not what was seen"
    seen = form.field(page, "sha256")
    assert form.post(one, do="submit", sha256=seen).headers["location"].endswith("submitted")
    assert form.post("/reports", year=year, since="", until="").status_code == 409
    assert form.post(one, do="share").headers["location"].endswith("done=shared")
    with system.database.reading() as session:
        assert session.query(YearlyReport).one().submitted_ms
        assert session.query(Outgoing).filter_by(kind="report").count() == 1
    printed = form.get(f"{one}/print")
    assert printed.headers["content-security-policy"].startswith("default-src 'none'")
    assert "Xã An Trung" in form.get(f"{one}/table.csv").text


# ---- Channels -----------------------------------------------------------------------------------


def test_a_channel_tells_what_it_would_send_and_can_be_switched_off(
    form: Form, known: Callable, lived_in: dict[str, str], system: System
) -> None:
    bao = known("bao")
    form.log_in(bao)
    page = form.get("/channels")
    words = {"id": form.field(page, "id"), "kind": "app", "unit": form.field(page, "unit"),
             "name": "Ứng dụng <tỉnh>", "longest": "0"}  # fmt: skip
    assert form.post("/channels", **words).status_code == 422
    one = form.post("/channels", **(words | {"longest": "200"})).headers["location"].split("?")[0]
    assert "Ứng dụng &lt;tỉnh&gt;" in form.get(one).text
    assert form.post(one, do="off").status_code == 303
    assert "đã tắt" in form.get("/channels").text
    with acting(system, bao.actor) as act:
        channels.log_due(act)
    log = form.get(f"/channels/{lived_in['channel']}").text
    assert "không gửi thật" in log
    assert "Bản tin normal: mời bà con nghe." in log
    assert form.get("/channels/nothing").status_code == 404


# ---- Choices ------------------------------------------------------------------------------------


def test_a_commune_chooses_and_puts_in_order(
    form: Form, known: Callable, lived_in: dict[str, str], system: System
) -> None:
    an = known("an", "operate", "view", unit=AN_TRUNG)
    form.log_in(an)
    assert 'name="bulletin_id"' in form.get("/choices").text
    one = {"commune": "21613", "bulletin_id": lived_in["normal"]}
    assert form.post("/choices", do="choose", **one).headers["location"].endswith("done=chosen")
    with system.database.reading() as session:
        assert session.get(CommuneChoice, ("21613", lived_in["normal"])).chosen
    assert form.post("/choices", do="leave", **one).status_code == 303
    names = "Bản tin (first|next)</a>"
    assert re.findall(names, form.get("/choices").text) == ["first", "next"]
    down = {"commune": "21613", "bulletin_id": lived_in["first"], "do": "down"}
    assert form.post("/choices", **down).headers["location"].endswith("done=ordered")
    assert re.findall(names, form.get("/choices").text) == ["next", "first"]
    assert form.post("/choices", **down).status_code == 303, "the last one stays where it is"
    assert re.findall(names, form.get("/choices").text) == ["next", "first"]
    assert form.post("/choices", **(down | {"bulletin_id": "x"})).status_code == 409
    assert form.post("/choices", **(down | {"commune": "21616"})).status_code == 404
    only = Form(system).log_in(known("xem", "view", unit=AN_TRUNG))
    assert 'name="bulletin_id"' not in only.get("/choices").text
    assert only.post("/choices", do="choose", **one).status_code == 403


# ---- Other systems ------------------------------------------------------------------------------


def test_another_system_is_registered_and_its_token_shown_once(
    form: Form, known: Callable, system: System
) -> None:
    form.log_in(known("bao"))
    form.get("/exchange/peers/new")
    words = {"source_id": "HTTTNTW", "name": "Trung ương", "unit": "central:VN",
             "url": "http://127.0.0.1:9", "active": "1"}  # fmt: skip
    for wrong, field in (
        ({"source_id": "có dấu"}, "source_id"),
        ({"url": "http://10.0.0.1"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"unit": "central:52"}, "unit"),
    ):
        refused = form.post("/exchange/peers/new", **(words | wrong))
        assert (refused.status_code, f'href="#{field}"' in refused.text) == (422, True), wrong
    shown = form.post("/exchange/peers/new", **words)
    token = re.search(r'class="secret"><code>([^<]+)', shown.text)[1]
    with system.database.reading() as session:
        one = f"/exchange/peers/{session.query(Peer).one().id}"
    assert token not in form.get(one).text
    short = form.post(one, do="keep", token="ngắn")
    assert (short.status_code, "ngắn" in short.text) == (422, False)
    assert form.post(one, do="keep", token=TOKEN).status_code == 303
    assert "Đã có mã" in form.get(one).text
    renewed = form.post(one, do="renew")
    assert token not in renewed.text
    assert 'class="secret"' in renewed.text
    del words["active"]  # as a browser does with a box that is not ticked
    assert form.post(one, do="save", **words).status_code == 303
    with system.database.reading() as session:
        assert not session.query(Peer).one().active
        told = " ".join(str(row.detail) for row in session.query(AuditEntry))
        assert TOKEN not in told
        assert token not in told


def test_what_goes_and_what_came_is_told_in_words(
    form: Form, known: Callable, lived_in: dict[str, str], system: System
) -> None:
    form.log_in(known("bao"))
    assert "không gửi được" in form.get("/exchange/outgoing").text
    assert form.post("/exchange/outgoing", message=lived_in["outgoing"]).status_code == 303
    assert "không gửi được" not in form.get("/exchange/outgoing").text
    assert form.post("/exchange/outgoing", message="nothing").status_code == 404
    came = form.get("/exchange/incoming?kind=report").text
    assert f"/exchange/incoming/{lived_in['incoming_report']}" in came
    assert lived_in["incoming_statistics"] not in came
    figures = form.get(f"/exchange/incoming/{lived_in['incoming_statistics']}").text
    assert re.search(r"<td>trực tuyến</td>\s*<td class=\"n\">3</td>", figures)
    assert "1 phút" in form.get(f"/exchange/incoming/{lived_in['incoming_report']}").text


def test_an_emergency_from_elsewhere_is_on_everybodys_first_page_until_it_was_seen(
    form: Form, known: Callable, lived_in: dict[str, str], system: System
) -> None:
    an = known("an", "operate", unit=AN_TRUNG)
    form.log_in(an)
    assert "bên gửi không yêu cầu phát" in form.get("/").text
    assert form.post("/", alarm="nothing").status_code == 404
    assert form.post("/", alarm=lived_in["alarm"]).headers["location"] == "/?done=seen"
    assert "Khẩn cấp từ hệ thống khác" not in form.get("/").text
    with looking(system, an.actor) as act:
        assert receiving.alarms(act).items[0].seen_by == an.actor.person_id


def test_a_bulletin_is_shared_and_called_back(
    form: Form, known: Callable, lived_in: dict[str, str], system: System
) -> None:
    form.log_in(known("bao"))
    path = f"/bulletins/{lived_in['first']}/share"
    assert f'href="{path}"' in form.get(f"/bulletins/{lived_in['first']}").text
    assert form.post(path, do="share").status_code == 422, "with nobody"
    asked = {"do": "share", "peers": lived_in["peer"], "with_order": "1", "area": "own",
             "times": "2", "gap_ms": "10"}  # fmt: skip
    refused = form.post(path, **asked)
    assert refused.status_code in (401, 422), "no emergency, and nothing was confirmed"
    assert form.post(path, do="share", peers=lived_in["peer"]).status_code == 303
    assert form.post(path, do="withdraw", reason="nhầm").status_code == 303
    with system.database.reading() as session:
        kinds = {
            row.kind for row in session.query(Outgoing).filter_by(source_key=lived_in["first"])
        }
    assert kinds == {"bulletin", "withdrawal"}
    received = f"/bulletins/{lived_in['received']}"
    assert f"{received}/share" not in form.get(received).text
    assert form.post(f"{received}/share", do="share", peers=lived_in["peer"]).status_code == 403


def test_pages_of_the_whole_system_are_for_those_who_work_in_it(
    form: Form, known: Callable, lived_in: dict[str, str]
) -> None:
    form.log_in(known("an", unit=AN_TRUNG))
    for path in (
        *("/exchange", "/exchange/outgoing", "/exchange/incoming", "/exchange/peers/new"),
        *(
            f"/exchange/peers/{lived_in['peer']}",
            f"/exchange/incoming/{lived_in['incoming_report']}",
        ),
    ):
        assert form.get(path).status_code == 403, path
    home = form.get("/").text
    assert 'href="/exchange"' not in home
    assert 'href="/statistics"' in home
    form.post("/logout")
    form.get("/login")
    form.log_in(known("so-y-te", "compose"))
    home = form.get("/").text
    assert all(f'href="{path}"' not in home for path in ("/statistics", "/choices", "/channels"))
    for path in ("/statistics", "/reports", "/channels", "/choices", "/documents/new"):
        assert form.get(path).status_code == 403, path
    assert form.get("/documents").status_code == 200
