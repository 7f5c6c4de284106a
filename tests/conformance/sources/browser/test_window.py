"""Pages that mean no good, in a real browser: they reach nobody, and keep nobody waiting."""

import asyncio
import socket
from pathlib import Path

import pytest

from conformance.sources.browser.window import Browser, NotDone
from conformance.sources.by_hand.browser_script import Script
from tests.answering import Answering, answering

pytestmark = [pytest.mark.slow, pytest.mark.needs_tool("chromium")]

SCRIPT = Script("s.yaml", "", "s", 3_000, frozenset(), "#refused", None, {})
CALLING = """\
<p id="there">…</p><script>
const call = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.2:%d'}]});
call.createDataChannel('x');
call.createOffer().then(offer => call.setLocalDescription(offer));
</script>"""
BUSY = "<p>…</p><script>setTimeout(() => { while (true) %s; }, 100)</script>"


def seen(page: str, at: str) -> str:
    """What somebody sees on the page who looks for that."""

    class Handler(Answering):
        def treat(self) -> None:
            self.answer(200, page.encode(), content_type="text/html; charset=utf-8")

    async def main(url: str) -> str:
        browser = Browser(url, frozenset({"127.0.0.1"}), SCRIPT)
        try:
            async with asyncio.timeout(60):
                window = await browser.window()
                try:
                    await window.goto("/")
                    await asyncio.sleep(1)
                    await window.see(at, 1)
                    return "there"
                except NotDone as error:
                    return str(error)
                finally:
                    await window.close()
                    await (await browser.window()).close()
        finally:
            await browser.close()

    with answering(Handler) as url:
        return asyncio.run(main(url))


def test_a_page_calls_no_other_browser() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere:
        elsewhere.bind(("127.0.0.2", 0))
        elsewhere.settimeout(0.5)
        assert seen(CALLING % elsewhere.getsockname()[1], "#there") == "there"
        with pytest.raises(TimeoutError):
            elsewhere.recv(1_000)


@pytest.mark.parametrize("forever", ["{}", "alert('x')"])
def test_a_page_that_is_busy_for_ever_keeps_nobody(forever: str) -> None:
    assert seen(BUSY % forever, "#nothing") == "the page is busy for ever"


def test_files_of_this_machine_are_not_shown(tmp_path: Path) -> None:
    (tmp_path / "own.html").write_text('<p id="own">…</p>')
    page = f'<script>setTimeout(() => location = "file://{tmp_path}/own.html", 100)</script>'
    with pytest.raises(OSError, match="is not on the page"):
        seen(page, "#own")
