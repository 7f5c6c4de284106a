"""The browser half in a real Chromium, at the pages of a real system: right, and wrong."""

import asyncio
import socket
from dataclasses import replace

import pytest

from conformance.case import judged
from conformance.cases import CASES
from conformance.evidence import trial_files
from conformance.sources import acts as a
from conformance.sources import bench, browser, target
from conformance.sources.by_hand import browser_script
from conformance.sources.target import Around
from conformance.verdicts import Lifecycle
from scenarios import strict_yaml
from tests.answering import Answering, answering
from tests.conformance.sources.standing import HEAD, standing

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs_tool("mosquitto"),
    pytest.mark.needs_tool("chromium"),
]


@pytest.fixture(scope="module")
def at_work(tmp_path_factory):
    with standing(tmp_path_factory.mktemp("standing")) as found:
        people = "".join(
            f'  {name}: {{login: "{account.login}", password_file: {name}.password, '
            f"totp_file: {name}.totp}}\n"
            for name, account in (
                ("composer", found.people.composer),
                ("approver", found.people.approver),
            )
        )
        text = (
            f'{HEAD}dialect: browser\nscript: reference\nreached: {{url: "{found.system.url}"}}\n'
            f"people:\n{people}{found.fleet}"
        )
        (found.folder / "target.yaml").write_text(text)
        yield found


def test_the_main_cases_pass_by_the_pages_that_people_use(at_work):
    asked = target.read(at_work.folder / "target.yaml")
    assert len(bench.facts(Around(asked, 8))["script_sha256"]) == 64
    with bench.running(Around(asked, 8), f"{0xBB:010x}") as try_one:
        for number, name in enumerate(("source-approval", "source-emergency-one-commune")):
            trial = try_one(CASES[name], f"{0xBB:010x}-{number}")
            assert (trial.lifecycle, trial.trouble) == (Lifecycle.FINISHED, None)
            assert (trial.alive_before, trial.alive_after) == (True, True)
            seen = judged(CASES[name], trial.record)
            assert {check: each.says.en for check, each in seen.items() if not each.ok} == {}
            text = b"".join(content for _, content in trial_files(trial)).decode()
            assert not [secret for secret in at_work.secrets if secret in text]
    told = trial.record.told("emergency")
    answer = trial.record.answers(told.order)[0]
    assert told.at_ms < answer.detail["asked_ms"] <= answer.at_ms, "T0 is when it is sent"


def at_the_pages(at_work, act, url=None, change=None, allowed=frozenset()):
    """Let people do something in a browser."""
    asked = target.read(at_work.folder / "target.yaml")
    if url is not None:
        asked = replace(asked, reached=replace(asked.reached, url=url, allowed=allowed))
    if change is not None:
        text = (browser_script.SHIPPED / "reference.yaml").read_text()
        for old, new in change.items():
            assert old in text
            text = text.replace(old, new)
        script = browser_script.parse(strict_yaml.parse("mine.yaml", text.encode()))
        asked = replace(asked, hands=replace(asked.hands, script=script))

    async def main(system):
        try:
            return await act(system.operators)
        finally:
            await system.operators.close()

    with browser.opened(asked, at_work.folder) as system:
        return asyncio.run(main(system))


def test_acts_and_refusals(at_work):
    device = at_work.folder.joinpath("devices.csv").read_text().splitlines()[1].partition(",")[0]

    async def act(people):
        wrong = await people.do(a.COMPOSER, a.LogIn(wrong=True))
        assert (type(wrong), wrong.status) == (a.Refused, 401)
        words = a.Compose("k", 'Thử nghiệm: "a\\b" & <i>', text="Thử nghiệm: chữ")
        made = await people.do(a.COMPOSER, words)
        assert made.id
        early = await people.do(a.APPROVER, a.Approve(made.id))
        assert (type(early), early.status) == (a.Refused, 403), "no button, no approval"
        assert await people.do(a.COMPOSER, a.Submit(made.id)) == a.Done()
        assert await people.do(a.APPROVER, a.Return(made.id, "Thử nghiệm: trả lại")) == a.Done()
        assert (await people.do(a.APPROVER, a.Submit("khong-co"))).status == 404
        states = await people.do(a.APPROVER, a.DeviceStates())
        assert len(states.said) == 8
        assert await people.do(a.APPROVER, a.DeviceStates((device,))) == a.Done(
            said=[row for row in states.said if row[0] == device]
        )
        assert isinstance(await people.do(a.APPROVER, a.Audit()), a.Unsupported)
        assert isinstance(await people.do(a.ADMINISTRATOR, a.LogIn()), a.Unsupported)
        assert people.features == {"device_states"}
        assert await people.do(a.APPROVER, a.LogOut()) == a.Done()
        again = await people.do(a.APPROVER, a.DeviceStates((device,)))
        assert isinstance(again, a.Done), "logs in by itself"

    at_the_pages(at_work, act)


def test_a_session_that_the_system_ended_is_begun_again(at_work):
    async def act(people):
        assert isinstance(await people.do(a.APPROVER, a.LogIn()), a.Done)
        await people._windows["approver"]._context.clear_cookies()
        return await people.do(a.APPROVER, a.DeviceStates())

    assert isinstance(at_the_pages(at_work, act), a.Done)


def test_an_emergency_without_the_second_factor_is_refused(at_work):
    async def act(people):
        made = await people.do(a.COMPOSER, a.Compose("k", "Thử nghiệm: khẩn", "emergency", 500))
        await people.do(a.COMPOSER, a.Submit(made.id))
        for step in (a.Appraise(made.id), a.Approve(made.id)):
            assert isinstance(await people.do(a.APPROVER, step), a.Done)
        area = a.Area(everywhere=True)
        return await people.do(a.APPROVER, a.Issue("k2", made.id, area, confirmed=False))

    refused = at_the_pages(at_work, act)
    assert (type(refused), 400 <= refused.status < 500) == (a.Refused, True)


def test_a_system_that_does_not_answer(at_work):
    async def act(people):
        return await people.do(a.COMPOSER, a.LogIn())

    refused = at_the_pages(at_work, act, url="http://127.0.0.1:9")
    assert (refused.status, "no answer" in refused.reason) == (0, True)


def test_a_script_that_does_not_fit_says_where(at_work):
    async def act(people):
        return await people.do(a.COMPOSER, a.LogIn())

    with pytest.raises(OSError, match=r"^mine\.yaml:\d+: is not on the page") as caught:
        at_the_pages(at_work, act, change={'{at: "#login"': '{at: "#nobody"', "30s": "1s"})
    assert at_work.people.composer.password not in str(caught.value)


@pytest.mark.parametrize("allowed", [frozenset(), frozenset({"127.0.0.2"})])
def test_the_browser_reaches_no_host_that_was_not_allowed(at_work, allowed):
    asked, elsewhere = [], socket.create_server(("127.0.0.2", 0))
    elsewhere.settimeout(3)

    class Page(Answering):
        def treat(self):
            asked.append(self.path)
            picture = f"http://127.0.0.2:{elsewhere.getsockname()[1]}/i.png"
            body = f'<title>x</title><img src="{picture}">'
            self.answer(200, body.encode(), Content_Type="text/html")

    async def act(people):
        assert isinstance(await people.do(a.COMPOSER, a.LogIn()), a.Done)
        return await asyncio.to_thread(_knocked_at, elsewhere)

    steps = (
        '    - fill: {at: "#login", with: "${login}"}\n'
        '    - fill: {at: "#password", with: "${password}"}\n'
        '    - click: "main button"\n'
        "    - see: 'form[action=\"/logout\"]'\n"
    )
    with answering(Page) as url, elsewhere:
        change = {steps: "    - goto: /twice\n"}
        assert at_the_pages(at_work, act, url, change, allowed) is bool(allowed)
    assert {*asked} >= {"/login", "/twice"}


def _knocked_at(server):
    try:
        server.accept()[0].close()
    except TimeoutError:
        return False
    return True
