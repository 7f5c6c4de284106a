"""What a target's file may say, and that its secrets stay where they are."""

import pytest

from conformance.source_suites import CASES
from conformance.sources.acts import Place
from conformance.sources.features import FEATURES
from conformance.sources.fleet import residents
from conformance.sources.target import Around, parse
from scenarios import strict_yaml, territory
from scenarios.problems import BadInput

STARTED = """\
ttcs: 1
environment: test
profile: source-system-province
subject: {vendor: "A", model: "B", serial: "1", version: "2"}
dialect: reference
start: reference
place: {level: province, code: "52", era: "2022"}
permits: [restart, hostile]
supports: {feedback: false}
"""
REACHED = STARTED.replace(
    "start: reference\n",
    'reached:\n  url: "http://127.0.0.1:8080"\n  broker: "mqtt://127.0.0.1:1884"\n'
    '  administrator: {login: "quan.tri", password_file: "secret"}\n',
).replace("[restart, hostile]", "[hostile]")


def target(text, folder, allowed=()):
    return parse(strict_yaml.parse("target.yaml", text.encode()), folder, allowed)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "secret").write_text("mat khau\n")
    return tmp_path


def test_one_that_is_started(folder):
    found = target(STARTED, folder)
    assert (found.role, found.permits, found.reached) == (
        "source-system-province",
        ("restart", "hostile"),
        None,
    )
    assert found.declared.supported == FEATURES.keys() - {"feedback", "network"}
    assert found.declared.device.firmware == "2"


@pytest.mark.parametrize(
    ("written", "over_network"),
    [
        (REACHED, False),
        (REACHED.replace("http://127.0.0.1:8080", "http://192.0.2.1"), True),
        (REACHED.replace("http://127", "https://127"), True),
        (REACHED.replace("mqtt://", "mqtts://"), True),
    ],
)
def test_whether_it_is_reached_over_a_network_is_seen_and_not_declared(
    folder, written, over_network
):
    found = target(written, folder, ["192.0.2.1"])
    assert ("network" in found.declared.supported) == over_network
    with pytest.raises(BadInput, match="network"):
        target(STARTED.replace("feedback", "network"), folder)


@pytest.mark.parametrize("case", ["source-shares-up", "source-states"])
def test_a_system_elsewhere_does_not_find_who_is_played_here(folder, case):
    here = Around(target(REACHED, folder), 8)
    elsewhere = REACHED.replace("http://127.0.0.1:8080", "http://192.0.2.1")
    there = Around(target(elsewhere, folder, ["192.0.2.1"]), 8)
    assert here.can_try(CASES[case])
    assert there.can_try(CASES[case]) == (case == "source-states")


CENTRAL = STARTED.replace("source-system-province", "source-system-central-exchange")


def test_the_central_system_stands_in_the_whole_country(folder):
    found = target(CENTRAL.replace('province, code: "52"', "central, code: VN"), folder)
    assert found.place == Place("central", "VN")
    fleet = residents(found.place, found.era, 40)
    known = territory.load(found.era).communes
    assert len({known[each.commune].province for each in fleet}) >= 2
    with pytest.raises(BadInput, match=r"place\.code"):
        target(CENTRAL.replace("level: province", "level: central"), folder)


def test_one_that_runs_already(folder):
    reached = target(REACHED, folder).reached
    assert reached.url == "http://127.0.0.1:8080"
    assert reached.administrator == ("quan.tri", "mat khau")
    broker = reached.broker()
    assert (broker.host, broker.port, broker.tls) == ("127.0.0.1", 1884, None)
    assert "mat khau" not in repr(target(REACHED, folder))


@pytest.mark.parametrize("where", ["http://192.0.2.1:80", "http://127.0.0.1.evil.example"])
def test_nothing_beyond_this_machine_that_was_not_allowed(folder, where):
    with pytest.raises(BadInput, match="--allow-target"):
        target(REACHED.replace("http://127.0.0.1:8080", where), folder)


def test_a_broker_beyond_this_machine_is_asked_for_too(folder):
    elsewhere = REACHED.replace("mqtt://127.0.0.1:1884", "mqtt://192.0.2.1")
    with pytest.raises(BadInput, match=r"reached\.broker: is '?192\.0\.2\.1"):
        target(elsewhere, folder)
    assert target(elsewhere, folder, ["192.0.2.1"]).reached.broker().host == "192.0.2.1"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("environment: test", "environment: production", "environment"),
        ("start: reference\n", "", "neither start nor reached"),
        ("profile: source-system-province", "profile: ip-speaker", "profile"),
        ("dialect: reference", "dialect: other", "dialect"),
        ('code: "52"', 'code: "98"', r"place\.code.*such as \"01\" \(Hà Nội\)"),
        ('code: "52"', "code: 52", r'place\.code: is the number 52.*in quotes, "52"'),
        ('era: "2022"', 'era: "1999"', r"place\.era"),
        ("level: province", "level: commune", r"place\.level"),
        ("level: province", "level: central", r"place\.level.*province"),
        ("source-system-province", "source-system-central-exchange", r"place\.level.*central"),
        ("[restart, hostile]", "[restart, power]", "permits"),
        ("{feedback: false}", "{karaoke: true}", "karaoke"),
        ('version: "2"', 'version: "2", password: "x"', "password"),
    ],
)
def test_what_it_may_not_say(folder, old, new, said):
    assert old in STARTED
    with pytest.raises(BadInput, match=said) as caught:
        target(STARTED.replace(old, new), folder)
    assert all("\n" not in str(problem) for problem in caught.value.problems)


def test_a_system_of_others_is_not_killed(folder):
    with pytest.raises(BadInput, match="not restart"):
        target(REACHED.replace("[hostile]", "[restart]"), folder)


BY_HAND = (
    STARTED.replace("start: reference\n", 'reached: {url: "http://127.0.0.1:8080"}\n').replace(
        "permits: [restart, hostile]\n", ""
    )
    + "fleet:\n  dialect: reference\n  broker: mqtt://127.0.0.1\n  devices: devices.csv\n"
)
ASKED = BY_HAND.replace("dialect: reference\nreached", "dialect: questions\nreached") + (
    "operator: {driver: page, wait: 10m}\n"
)
BROWSED = BY_HAND.replace("dialect: reference\nreached", "dialect: browser\nreached") + (
    "script: reference\npeople:\n"
    "  composer: {login: soan, password_file: secret}\n"
    "  approver: {login: duyet, password_file: secret, totp_file: totp}\n"
)


@pytest.fixture
def by_hand(folder):
    codes = [each.code for each in territory.load("2022").communes_of(province="52")[:4]]
    rows = [f"loa-{n},{codes[n % 3]},bi-mat" for n in range(8)] + [f"loa-8,{codes[3]},bi-mat"]
    (folder / "devices.csv").write_text("\n".join(["device,commune,secret", *rows]))
    (folder / "totp").write_text("jbsw y3dp ehpk 3pxp\n")
    return folder


def test_people_who_are_asked(by_hand):
    found = target(ASKED, by_hand)
    assert (found.hands.asking.driver, found.hands.asking.wait_ms) == ("page", 600_000)
    assert (found.reached.url, found.reached.administrator) == ("http://127.0.0.1:8080", None)
    around = Around(found, len(found.hands.fleet.devices))
    assert (around.devices, around.can_try(CASES["source-approval"])) == (9, True)
    assert not around.can_try(CASES["source-order"])


def test_people_in_a_browser(by_hand):
    found = target(BROWSED, by_hand)
    assert found.hands.script.acts["LogIn"]
    assert found.hands.people["approver"].totp_secret == "JBSWY3DPEHPK3PXP"
    assert Around(found, 9).can_try(CASES["source-states"])
    assert not [word for word in ("mat khau", "JBSW", "bi-mat") if word in repr(found)]


@pytest.mark.parametrize(
    ("text", "old", "new", "said"),
    [
        (ASKED, "operator: {driver: page, wait: 10m}\n", "", "operator: is missing"),
        (ASKED, 'reached: {url: "http://127.0.0.1:8080"}\n', "", "neither start nor reached"),
        (ASKED, 'reached: {url: "http://127.0.0.1:8080"}', "start: reference", "start"),
        (ASKED, 'url: "http://127.0.0.1:8080"', 'url: "http://192.0.2.1"', "--allow-target"),
        (ASKED, "driver: page", "driver: parrot", r"operator\.driver"),
        (ASKED, "operator:", "script: reference\noperator:", "script: is given"),
        (ASKED, '8080"}', '8080", administrator: {}}', "administrator"),
        (BROWSED, "script: reference", "script: none.yaml", "not readable"),
        (
            BROWSED,
            "  composer: {login: soan, password_file: secret}\n",
            "",
            "composer and approver",
        ),
        (BROWSED, "password_file: secret}", "password: secret}", "password: is an unknown field"),
        (BROWSED, "totp_file: totp", "totp_file: secret", r"totp_file: .*Base32"),
        (STARTED, "start: reference", "start: reference\noperator: {}", "operator: is given"),
        (STARTED, "start: reference", "start: browser", "start"),
    ],
)
def test_what_hands_may_not_say(by_hand, text, old, new, said):
    (by_hand / "secret").write_text("mat khau 1\n")
    assert old in text
    with pytest.raises(BadInput, match=said) as caught:
        target(text.replace(old, new, 1), by_hand)
    assert all("\n" not in str(problem) for problem in caught.value.problems)
    assert "mat khau 1" not in str(caught.value)


def test_a_password_file_that_is_none(folder):
    (folder / "secret").write_text("a\nb\n")
    with pytest.raises(BadInput, match="the password"):
        target(REACHED, folder)


@pytest.mark.parametrize(("era", "there"), [("2022", True), ("2025-07", False)])
def test_there_are_districts_only_where_the_era_has_them(folder, era, there):
    for supports in ("{feedback: false}", "{districts: true}"):
        text = STARTED.replace('era: "2022"', f'era: "{era}"')
        found = target(text.replace("{feedback: false}", supports), folder)
        assert ("districts" in found.declared.supported) == there
