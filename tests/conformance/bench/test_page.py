"""The operator's page: who may answer, what counts, and that nothing said becomes markup."""

import asyncio
import re
import shutil
from html import unescape
from urllib.parse import urlencode, urlsplit

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.bench.page import Page
from conformance.bench.questions import choice, done, line, yes_no
from scenarios.scenario import Text

SEEN = yes_no("seen", Text("Có thấy không?", "Is it seen?"))
OWN = line("Submit", Text("Gửi\nđi", "Submit\nit"), {"done": Text("Xong", "Done")})
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def page():
    """A page that answers."""
    found = Page()
    found.start()
    yield found
    found.stop()


def asked(page, question, person, wait_s=10.0):
    """The answer where a person does that, in a thread, once the question is open."""

    async def main():
        answer = asyncio.create_task(page.put(question, wait_s))
        await asyncio.sleep(0)
        done = asyncio.create_task(asyncio.to_thread(person))
        await done
        return await answer

    return asyncio.run(main())


def secret(page):
    """The secret of the open question's form."""
    return re.search(r'name="question" value="([^"]+)"', httpx2.get(page.url).text)[1]


def answer(page, word, question=None, url=None, **headers):
    """The status of an answer that is posted."""
    content = urlencode({"question": question or secret(page), "answer": word})
    return httpx2.post(url or page.url, content=content, headers=FORM | headers).status_code


@pytest.mark.parametrize(("word", "expected"), [("yes", "yes"), ("no", "no"), ("", None)])
def test_an_answer(page, word, expected):
    assert asked(page, SEEN, lambda: answer(page, word)) == expected


@pytest.mark.parametrize("word", ["12", "từ chối: chưa được duyệt " * 7, "done"])
def test_an_answer_in_words_of_ones_own(page, word):
    assert asked(page, OWN, lambda: answer(page, word)) == word


@pytest.mark.parametrize("word", ["x" * 201, "a\nb", "  "])
def test_words_that_are_too_many_or_none_are_no_answer(page, word):
    def person():
        assert answer(page, word) == 409
        answer(page, "done")

    assert asked(page, OWN, person) == "done"


def test_a_question_is_answered_once(page):
    def twice():
        known = secret(page)
        statuses = [answer(page, "yes", known), answer(page, "no", known)]
        assert statuses == [303, 409]

    assert asked(page, SEEN, twice) == "yes"


def test_without_an_answer_in_time(page):
    assert asked(page, SEEN, lambda: None, wait_s=0.2) is None
    shown = httpx2.get(page.url).text
    assert "chưa có câu hỏi" in shown
    assert 'http-equiv="refresh"' in shown


def test_what_is_no_answer_leaves_the_question_open(page):
    def person():
        known = secret(page)
        url = urlsplit(page.url)
        root = f"http://{url.netloc}/"
        assert answer(page, "yes", "another secret") == 409
        assert answer(page, "maybe", known) == 409
        assert answer(page, "yes", known, url=root) == 404
        assert answer(page, "yes", known, url=page.url + "x") == 404
        assert answer(page, "yes", known, Host="evil.example") == 404
        assert httpx2.get(page.url, headers={"Host": f"evil.example:{url.port}"}).text == ""
        assert httpx2.get(root).text == ""
        assert httpx2.post(page.url, content=b"x" * 4_001, headers=FORM).status_code == 413
        assert httpx2.post(page.url, content=b"\xff\x00&&=", headers=FORM).status_code == 409
        assert httpx2.request("DELETE", page.url).status_code == 501
        assert answer(page, "no", known) == 303

    assert asked(page, SEEN, person) == "no"


def test_an_old_form_does_not_answer_the_next_question(page):
    old = []
    asked(page, SEEN, lambda: old.append(secret(page)) or answer(page, "yes"))

    def person():
        assert answer(page, "yes", old[0]) == 409
        assert answer(page, "no") == 303

    assert asked(page, SEEN, person) == "no"


def test_nothing_of_it_may_be_kept_framed_or_told_on(page):
    headers = httpx2.get(page.url).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "Python" not in headers["server"]


def test_each_run_has_an_address_of_its_own(page):
    other = Page()
    other.start()
    try:
        assert len(urlsplit(page.url).path) > 30
        assert urlsplit(page.url).path != urlsplit(other.url).path
        assert urlsplit(page.url).hostname == "127.0.0.1"
    finally:
        other.stop()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=60))
def test_what_is_asked_is_text(page, words):
    text = f"<script>{words}</script>\"'&"
    question = choice("look", Text(text, text), {"a": Text(text, text)})
    seen = []
    asked(page, question, lambda: seen.append(httpx2.get(page.url).text) or answer(page, "a"))
    assert "<script" not in seen[0]
    assert unescape(seen[0]).count(text) == 4


@pytest.mark.needs_tool("chromium")
def test_on_a_phone_with_the_keyboard(page):
    """A small screen, no mouse, nothing that axe finds wrong."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    def person(typed=""):
        program = shutil.which("chromium")
        arguments = ["--no-sandbox"]
        with (
            sync_playwright() as started,
            started.chromium.launch(executable_path=program, args=arguments) as browser,
        ):
            shown = browser.new_page(viewport={"width": 320, "height": 640})
            shown.goto(page.url)
            assert shown.evaluate("document.documentElement.scrollWidth") <= 320
            found = Axe().run(shown).response["violations"]
            assert found == [], [each["id"] for each in found]
            shown.keyboard.press("Tab")
            shown.keyboard.type(typed)
            shown.keyboard.press("Enter")
            shown.wait_for_selector("text=chưa có câu hỏi")

    cut = done("power-off", Text("Ngắt nguồn điện của thiết bị.", "Cut the device's mains."))
    assert asked(page, cut, person, wait_s=60) == "done"
    assert asked(page, OWN, lambda: person("LỆNH 12"), wait_s=60) == "LỆNH 12"
