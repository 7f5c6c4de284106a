"""From the first login to the proof of play: a person, a browser, a broker and a speaker."""

import hashlib
import re
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from reference_system.broker.choose import choose
from reference_system.broker.contract import Address
from reference_system.interface.messages import (
    Ack,
    Command,
    Item,
    Message,
    Online,
    PlayEntry,
    PlayLog,
    decode,
    encode,
)
from reference_system.interface.topics import Kind, topic
from reference_system.services.system import System
from reference_system.working import working

pytestmark = [
    pytest.mark.needs_tool("chromium"),
    pytest.mark.needs_tool("mosquitto"),
    pytest.mark.needs_tool("espeak-ng"),
]

AN_HUNG = "21610"
WORDS = "Báo động kiểm tra loa. Mời bà con yên tâm."
PATIENCE_S = 20.0


class Speaker:
    """A small real device: answers commands, fetches the sound, plays it, and logs that."""

    def __init__(self, address: Address, name: str, secret: str) -> None:
        self.name, self.played, self.commands = name, threading.Event(), list[Command]()
        self._address = address
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=False)
        self._client.username_pw_set(name, secret)
        self._client.on_connect = self._arrived
        self._client.on_message = self._told

    def connect(self) -> None:
        # The broker hears of a new secret within seconds; until then it lets nobody in by it.
        self._client.reconnect_delay_set(1, 1)
        self._client.connect(self._address.host, self._address.port, keepalive=30)
        self._client.loop_start()

    def leave(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _arrived(self, client: Client, _user: object, _flags: object, reason: object, _p: object):
        if reason == "Success":
            client.subscribe(topic(self.name, "cmd"), qos=1)
            self._say("online", Online(online=True, at_s=int(time.time()), boot="1"))

    def _told(self, _client: Client, _user: object, message: MQTTMessage) -> None:
        command = decode("cmd", message.payload)
        self.commands.append(command)
        self._say("ack", Ack(id=command.id, result=0, at_s=int(time.time())))
        if command.start is not None:
            threading.Thread(target=self._play, args=(command.start,), daemon=True).start()

    def _play(self, item: Item) -> None:
        with urllib.request.urlopen(str(item.content_url), timeout=PATIENCE_S) as answer:
            sound = answer.read()
        assert hashlib.sha256(sound).hexdigest() == item.sha256
        began_ms = time.time_ns() // 1_000_000
        time.sleep(item.duration_ms / 1000)
        ended_ms = time.time_ns() // 1_000_000
        entry = PlayEntry(
            entry=f"{item.item}-1",
            boot="1",
            sequence=0,
            bulletin=item.bulletin,
            item=item.item,
            media=item.media,
            priority=item.priority,
            title=item.title,
            duration=item.duration,
            started_s=began_ms // 1000,
            started_ms=began_ms,
            ended_s=ended_ms // 1000,
            ended_ms=ended_ms,
            outcome="played",
            volume="80",
        )
        self._say("log", PlayLog(sent_s=ended_ms // 1000, entries=(entry,)))
        self.played.set()

    def _say(self, kind: Kind, message: Message) -> None:
        self._client.publish(topic(self.name, kind), encode(message), qos=1)


def test_from_login_to_proof_of_play(
    system: System, site: str, tmp_path: Path, known: Callable, browser: Callable
) -> None:
    system.settings = replace(system.settings, public_url=site)
    admin = known("quantri", "administer", "view")
    lan = known("lan", "compose", "approve", "operate", "view")
    broker = choose("mosquitto", tmp_path / "broker")
    with working(system, broker):
        secret = _register(browser(admin))
        speaker = Speaker(broker.address, "loa-an-hung-1", secret)
        speaker.connect()
        try:
            page = browser(lan)
            totp = _enrol(page, lan.password)
            _until(page, "/", lambda: page.get_by_text("1 trực tuyến").count())
            _emergency(page, totp)
            assert speaker.played.wait(PATIENCE_S)
            said = next(each for each in speaker.commands if each.start is not None)
            assert (said.status, said.start.text) == ("Test", WORDS)
            _proof(page)
        finally:
            speaker.leave()


def _register(page) -> str:
    page.goto("/devices/new")
    page.fill("#id", "loa-an-hung-1")
    page.fill("#name", "Loa nhà văn hóa An Hưng")
    page.select_option("#profile", "speaker-reference")
    page.select_option("#commune", AN_HUNG)
    page.click("main button.main")
    return page.text_content(".secret code")


def _enrol(page, password: str) -> pyotp.TOTP:
    page.goto("/account")
    page.fill("#password", password)
    page.click("button[value=enrol]")
    totp = pyotp.TOTP(page.text_content(".secret code").replace(" ", ""))
    # The code before this one, so that this one is still new for the emergency.
    page.fill("#code", totp.at(time.time() - 30))
    page.click("button[value=confirm]")
    page.get_by_text("Mã xác thực đã sẵn sàng.").wait_for()
    return totp


def _emergency(page, totp: pyotp.TOTP) -> None:
    page.click("nav a.urgent")
    assert page.is_checked("input[value=Test]"), "what is for real must be chosen"
    page.fill("#title", "Kiểm tra hệ thống")
    page.fill("#text", WORDS)
    page.get_by_text("Huyện An Lão").first.click()
    page.check(f"input[value='commune:{AN_HUNG}']")
    page.fill("#times", "1")
    page.click("button[value=check]")
    assert page.text_content(".banner") == "THỬ NGHIỆM"
    assert page.locator("dd.text").text_content() == WORDS
    page.wait_for_function("document.querySelector('audio').duration > 1")
    page.fill("#code", totp.now())
    page.click("button[value=confirm]")
    page.wait_for_url(re.compile("/orders/"))


def _proof(page) -> None:
    page.get_by_role("link", name="Minh chứng đã phát").click()
    proof = page.url
    _until(page, proof, lambda: page.get_by_text("1 phát trọn").count())
    assert page.locator("tbody").get_by_text("Loa nhà văn hóa An Hưng").is_visible()
    page.get_by_role("link", name="Loa nhà văn hóa An Hưng").click()
    timeline = page.locator(".history").text_content()
    assert "Phát: phát trọn" in timeline
    assert "thiết bị nhận" in timeline


def _until(page, address: str, holds: Callable[[], object]) -> None:
    """Load a page again until it shows what it should."""
    deadline = time.monotonic() + PATIENCE_S
    page.goto(address)
    while not holds():
        assert time.monotonic() < deadline, page.text_content("main")
        page.wait_for_timeout(300)
        page.reload()
