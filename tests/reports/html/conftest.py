"""The page as a person's browser shows it, cut off from every network."""

import shutil

import pytest

from reports.bundle_reading import read
from reports.findings.found import Found
from reports.html.page import page

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


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
def opened(chromium, tmp_path):
    """Opens a page's bytes; at the end nothing was asked of a network and nothing was wrong."""
    context = chromium.new_context()
    asked, wrong = [], []

    def open_page(content, *, width=1_200):
        file = tmp_path / "report.html"
        file.write_bytes(content)
        shown = context.new_page()
        shown.set_viewport_size({"width": width, "height": 800})
        shown.on("console", lambda message: wrong.append(message.text))
        shown.on("pageerror", lambda error: wrong.append(str(error)))
        shown.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
        shown.on("request", lambda request: asked.append(request.url))
        context.route("http*://**", lambda route: route.abort())
        shown.goto(file.as_uri())
        return shown

    yield open_page
    context.close()
    assert wrong == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.fixture(scope="session")
def report_of(bundle_of):
    """The page of a shipped scenario's run."""
    found = {}

    def of(name):
        if name not in found:
            found[name] = page(Found.of(read(bundle_of(name))), "vi")
        return found[name]

    return of
