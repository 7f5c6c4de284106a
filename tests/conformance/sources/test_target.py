"""What a target's file may say, and that its secrets stay where they are."""

import pytest

from conformance.sources.features import FEATURES
from conformance.sources.target import parse
from scenarios import strict_yaml
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
    assert found.declared.supported == FEATURES.keys() - {"feedback"}
    assert found.declared.device.firmware == "2"


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
        ('code: "52"', 'code: "98"', r"place\.code"),
        ('era: "2022"', 'era: "1999"', r"place\.era"),
        ("level: province", "level: commune", r"place\.level"),
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


def test_a_password_file_that_is_none(folder):
    (folder / "secret").write_text("a\nb\n")
    with pytest.raises(BadInput, match="the password"):
        target(REACHED, folder)
