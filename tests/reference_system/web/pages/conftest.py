"""The real application under a real server, people who log in, and a browser that nobody helps."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyotp
import pytest
import uvicorn

from reference_system.interface import exchange as wire
from reference_system.services.acting import Actor, acting
from reference_system.services.administration import (
    channels,
    documents,
    feedback,
    statistics,
    yearly_report,
)
from reference_system.services.administration.documents import Letter
from reference_system.services.administration.statistics import Period
from reference_system.services.broadcasting import orders, programmes
from reference_system.services.broadcasting.programme_items import Part
from reference_system.services.broadcasting.programmes import WantedSlot
from reference_system.services.broadcasting.wanted import HOUR_MS, Wanted
from reference_system.services.content import bulletins
from reference_system.services.content.drafts import Content, Draft
from reference_system.services.fleet import devices
from reference_system.services.fleet.devices import Registration
from reference_system.services.people import passwords, sealing
from reference_system.services.sharing import exchange, peers, receiving
from reference_system.services.sharing.peers import About
from reference_system.services.system import System
from reference_system.services.timekeeping import wall_ms
from reference_system.services.units import Unit
from reference_system.store.devices import Device
from reference_system.store.exchange import Alarm, Incoming, Outgoing, Peer
from reference_system.store.people import Person
from reference_system.web.app import application
from reference_system.web.pages.rendering import local
from scenarios.scenario import Area, BulletinClass
from scenarios.units import DAY_MS
from tests.reference_system.web.pages.forms import Form

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
BINH_DINH = Unit("province", "52")
PROFILE = "speaker-reference"
PASSWORD = "con cò bay lả bay la"
WAIT_MS = 15_000


@dataclass
class Known:
    """A person who can log in; `secret` is of the second factor."""

    actor: Actor
    password: str = PASSWORD
    secret: str = ""
    shown: int = 0

    def code(self) -> str:
        """The earliest code that works now and was not shown yet."""
        while (step := max(self.shown + 1, int(time.time()) // 30 - 1)) > time.time() // 30 + 1:
            time.sleep(0.2)
        self.shown = step
        return pyotp.TOTP(self.secret).generate_otp(step)


@pytest.fixture
def clock() -> Callable[[], int]:
    """The real one: browsers and devices have no other."""
    return wall_ms


@pytest.fixture(scope="session")
def password_hash() -> str:
    """Of `PASSWORD`: slow on purpose, so that it is made once."""
    return passwords.hashed(PASSWORD)


@pytest.fixture
def known(system: System, person: Callable[..., Actor], password_hash: str) -> Callable[..., Known]:
    """Makes people who can log in: `known("lan", "compose")`; with no role named, with all; with a
    second factor where `factor` is asked for."""

    def make(login: str, *roles: str, factor: bool = False, unit: Unit = BINH_DINH) -> Known:
        made = Known(person(login, unit, *roles), secret=pyotp.random_base32())
        with system.database.writing() as session:
            row = session.get_one(Person, made.actor.person_id)
            row.password_hash = password_hash
            if factor:
                row.totp_sealed = sealing.seal(system.settings.data_dir, row.id, made.secret)
                row.totp_confirmed = True
        return made

    return make


@pytest.fixture
def form(system: System) -> Form:
    return Form(system)


@pytest.fixture
def site(system: System) -> Iterator[str]:
    """The address of the application, served from a thread of its own on a free port."""
    config = uvicorn.Config(
        application(system), host="127.0.0.1", port=0, log_config=None, ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


# For one module at a time: while it is open, its event loop is that of the thread.
@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture
def browser(chromium, site):
    """Opens a window of its own, logged in or not; at the end nothing in it was wrong."""
    wrong: list[str] = []
    contexts = []

    def opened(who=None, *, width=1_280, scripts=True):
        context = chromium.new_context(
            base_url=site,
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
            locale="vi-VN",
        )
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if _is_wrong(said) else None)
        page.on("request", lambda asked: wrong.append(asked.url) if _is_away(asked, site) else None)
        page.goto("/login")
        if who is not None:
            page.fill("#login", who.actor.login)
            page.fill("#password", who.password)
            page.click("main button")
            page.wait_for_url(f"{site}/")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def _is_wrong(said):
    # A refused form has the status of its refusal, which the console tells as if it were an error.
    return said.type == "error" and "Failed to load resource" not in said.text


def _is_away(asked, site):
    return not asked.url.startswith((site, "data:", "blob:"))


# ---- A system that was lived in -----------------------------------------------------------------

TOWN, AN_HUNG, AN_TRUNG = "21609", "21613", "21616"


@pytest.fixture
def lived_in(system: System, known: Callable[..., Known]) -> dict[str, str]:
    """Some of everything that pages show; gives ids by what they are of."""
    chi, hoa = known("chi").actor, known("hoa").actor
    ids = {"person": str(hoa.person_id)}
    with acting(system, chi) as act:
        rows = [
            Registration(f"{commune}-{n}", f"Cụm loa thôn {n}", "ip-speaker", PROFILE, commune)
            for commune in (TOWN, AN_HUNG, AN_TRUNG)
            for n in (1, 2)
        ]
        devices.register(act, rows)
        ids["device"] = rows[0].id
        slot = WantedSlot(
            name="Buổi sáng",
            era="2022",
            area=Area(communes=(TOWN, AN_HUNG)),
            at_ms=5 * HOUR_MS,
            days=(0, 1, 2, 3, 4, 5, 6),
            slot_ms=HOUR_MS // 2,
            parts=(
                Part(kind="relay", length_ms=HOUR_MS // 4, url="http://127.0.0.1/vov", title="VOV"),
                Part(kind="local", length_ms=HOUR_MS // 4, title="Tin xã"),
            ),
        )
        ids["slot"] = programmes.create(act, slot).id
        ids["draft"] = bulletins.create(act, _words("Lịch tiêm phòng")).id
        for name in ("submitted", "approved"):
            row = bulletins.create(act, _words(f"Bản tin {name}"))
            ids[name] = bulletins.take(act, row.id, "submit", row.version).id
        words = feedback.Words(AN_HUNG, "Loa ở thôn 2 rè, không nghe được.", "Bác Tư", "0900000000")
        ids["feedback"] = feedback.enter(act, words, "phone").id
    with acting(system, hoa) as act:
        bulletins.take(act, ids["approved"], "appraise", 2)
        bulletins.take(act, ids["approved"], "approve", 3)
        wanted = Wanted(
            bulletin_id=ids["approved"], era="2022", area=Area(communes=(TOWN,)), outside_hours=True
        )
        ids["order"] = orders.send(act, wanted).id
    ids |= _administered(system, chi, hoa)
    with system.database.writing() as session:
        for number, presence in enumerate(("online", "online", "online", "lost", "offline")):
            device = session.get_one(Device, rows[number].id)
            device.presence, device.heard_ms = presence, system.clock() - 60_000
    return ids


PDF = b"%PDF-1.7\n%%EOF\n"


def _administered(system: System, chi: Actor, hoa: Actor) -> dict[str, str]:
    """A document, a report, a channel, another system, and what a commune can choose among."""
    ids = {}
    with acting(system, hoa) as act:
        ids["channel"] = channels.create(act, "sms", "Tin nhắn của tỉnh", BINH_DINH, 2).id
        letter = Letter("12/KH-UBND", "Kế hoạch phòng chống bão", (Unit("commune", AN_HUNG),))
        ids["document"] = documents.prepare(act, letter).id
        documents.send(act, ids["document"], PDF)
        letter = Letter("13/KH-UBND", "Kế hoạch tiêm phòng", all_below="commune")
        ids["unsent"] = documents.prepare(act, letter).id
        ids["report"] = yearly_report.make(act, local(system.clock()).year).id
        about = About("HTTTNTW", "Hệ thống trung ương", Unit("central", "VN"), "http://127.0.0.1:9")
        row, _ = peers.register(act, about)
        ids["peer"] = row.id
    for key, bulletin_class in (("normal", "normal"), ("first", "priority"), ("next", "priority")):
        with acting(system, chi) as act:
            row = bulletins.create(act, _words(f"Bản tin {key}", bulletin_class))
            ids[key] = bulletins.take(act, row.id, "submit", row.version).id
        with acting(system, hoa) as act:
            bulletins.take(act, ids[key], "appraise", 2)
            bulletins.take(act, ids[key], "approve", 3)
    with acting(system, hoa) as act:
        channels.log_due(act)
        ids["outgoing"] = exchange.share_bulletin(act, ids["normal"])[0].id
        month = Period(system.clock() - 30 * DAY_MS, system.clock())
        exchange.share_statistics(act, statistics.summary(act, BINH_DINH, month))
        act.session.get_one(Outgoing, ids["outgoing"]).state = "failed"
    with system.database.reading() as session:
        peer = session.get_one(Peer, ids["peer"])
    ids |= _received(system, peer)
    return ids


def _received(system: System, peer: Peer) -> dict[str, str]:
    """What the other system sent: an emergency, figures, and a report."""
    place = wire.Place(level="central", code="VN")
    now = wire.instant_text(system.clock())
    span = {"kind": "statistics", "unit": place, "since": "2022-01-01T00:00:00+07:00", "until": now}
    text = "Cấp,Mã,Đơn vị,Thiết bị,Thời lượng phát (ms)\nprovince,52,Bình Định,3,60000\n"
    text += "total,VN,Tổng cộng,3,60000\n"
    report = {"kind": "report", "year": 2022, "submitted": now, "csv": text, "html": "<p>"}
    report["sha256"] = yearly_report.seal(text, "<p>")
    bodies = (
        wire.Bulletin(
            kind="bulletin",
            unit=place,
            title="Bão mạnh",
            summary="",
            bulletin_class="emergency",
            severity=1,
            field="unexpected",
            form="relay",
            status="Exercise",
            valid_until=None,
            relay_url="http://127.0.0.1/vov",
            contents=[],
            order=None,
        ),
        wire.Statistics(**span, at=now, figures=[wire.Figure(key=["devices", "online"], value=3)]),
        wire.Report(**(span | report)),
    )
    for body in bodies:
        message = wire.Message(
            source_id=peer.source_id, source_key=body.kind, era="2022", sent=now, body=body
        )
        receiving.take_in(system, peer, message)
    with system.database.reading() as session:
        found = {row.kind: row for row in session.query(Incoming)}
        ids = {f"incoming_{kind}": row.id for kind, row in found.items()}
        ids["alarm"] = session.query(Alarm).one().id
    return ids | {"received": str(found["bulletin"].result_id)}


def _words(title: str, bulletin_class: BulletinClass = "normal") -> Draft:
    return Draft(
        title, bulletin_class, "text", contents=(Content("vi", f"{title}: mời bà con nghe."),)
    )
