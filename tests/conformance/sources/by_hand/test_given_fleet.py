"""Devices that others have registered: what a target's part and their file may say."""

import pytest

from conformance.sources.acts import Place
from conformance.sources.by_hand import given_fleet
from scenarios import strict_yaml, territory
from scenarios.problems import BadInput

PLACE = Place("province", "52")
FLEET = """\
fleet:
  dialect: reference
  broker: "mqtt://127.0.0.1:1884"
  order: "([^./]+)[./].*"
  devices: devices.csv
"""
OVER_HTTP = """\
fleet:
  dialect: shared-http
  services: {system: "http://127.0.0.1:8081"}
  sounds: ["http://127.0.0.1:8082"]
  poll: 5s
  devices: devices.csv
"""
CODES = [each.code for each in territory.load("2022").communes_of(province="52")[:4]]
ROWS = [f"loa-{n},{CODES[n % 3]},bi-mat-{n}" for n in range(8)] + [f"loa-8,{CODES[3]},bi-mat-8"]


@pytest.fixture
def folder(tmp_path):
    return written(tmp_path, ["device,commune,secret", *ROWS])


def written(folder, lines):
    (folder / "devices.csv").write_text("\n".join(lines) + "\n")
    return folder


def fleet(text, folder, allowed=()):
    document = strict_yaml.parse("target.yaml", text.encode())
    url = "http://127.0.0.1:8080"
    return given_fleet.parse(document, folder, frozenset(allowed), url, PLACE, "2022")


def test_devices_over_mqtt(folder):
    found = fleet(FLEET, folder)
    assert (found.dialect.name, found.broker.port, found.services) == ("reference", 1884, {})
    assert (found.origins, found.poll_ms) == (("http://127.0.0.1:8080",), 0)
    people = found.residents("2022")
    assert [each.name for each in people] == [f"loa-{n}" for n in range(9)]
    assert found.register(people)["loa-3"] == "bi-mat-3"
    assert (people[3].number, people[3].commune, people[8].commune) == (2, CODES[0], CODES[3])
    assert people[0].profile.keepalive_ms == 10_000, "its loss is to be told soon"
    assert people[1].profile.keepalive_ms != 10_000
    assert [found.order_of(item) for item in ("7.1", "a/b", "7", "")] == ["7", "a", "7", ""]
    assert "bi-mat" not in repr(found)


def test_devices_over_http_have_no_broker(folder):
    found = fleet(OVER_HTTP, folder)
    assert (found.broker, found.poll_ms) == (None, 5_000)
    assert found.services == {"system": "http://127.0.0.1:8081"}
    assert found.origins == tuple(f"http://127.0.0.1:808{n}" for n in range(3))
    assert found.order_of("7.1") == "7.1"


def test_what_a_device_is_may_be_said(tmp_path):
    rows = [f"{row},board-reference" for row in ROWS]
    written(tmp_path, ["device,commune,secret,profile", *rows])
    people = fleet(FLEET, tmp_path).residents("2022")
    assert {each.profile.kind for each in people} == {"e-board"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dialect: reference", "dialect: telepathy", r"target\.yaml:2:.*fleet\.dialect"),
        ('  broker: "mqtt://127.0.0.1:1884"\n', "", "broker where the dialect has MQTT"),
        ("mqtt://127.0.0.1:1884", "mqtt://192.0.2.1", "--allow-target"),
        ('order: "(', 'order: "(.)(', r"target\.yaml:4:.*one group"),
        ("devices: devices.csv", "devices: none.csv", "none.csv: is not readable"),
        ("  dialect: reference\n", "", "fleet.dialect: is missing"),
        ("devices: devices.csv", "devices: devices.csv\n  secret: x", "an unknown field"),
        ("  order", "  services: {}\n  order", "services where the dialect has HTTP"),
    ],
)
def test_what_the_part_may_not_say(folder, old, new, said):
    assert old in FLEET
    with pytest.raises(BadInput, match=said) as caught:
        fleet(FLEET.replace(old, new), folder)
    assert "\n" not in str(caught.value.problems[0])


@pytest.mark.parametrize(
    "text",
    [
        "((?:a+)+)b",
        "((?:a|a)*)b",
        "(a(?:bc){2,})",
        r"([)]\\]+)(?:x) *",
        "(?x)((?:a+) +)b",
        "(a+)(?#)+",
    ],
)
def test_a_pattern_that_may_take_for_ever_is_refused(text):
    with pytest.raises(ValueError, match="no group in it repeated"):
        given_fleet.pattern(text)


@pytest.mark.parametrize("text", [r"\)+([0-9]+)", "[)+]*(a)", "[])*](a)", "(a+)(?:b+)?", "a(.*)c*"])
def test_a_pattern_that_repeats_no_group_is_taken(text):
    assert given_fleet.pattern(text).pattern == text


def test_addresses_of_services_are_of_this_machine_unless_allowed(folder):
    elsewhere = OVER_HTTP.replace("http://127.0.0.1:8082", "http://192.0.2.1:80")
    with pytest.raises(BadInput, match="--allow-target"):
        fleet(elsewhere, folder)
    assert "http://192.0.2.1:80" in fleet(elsewhere, folder, ["192.0.2.1"]).origins
    with pytest.raises(BadInput, match=r"fleet\.services: .*one of system, vendor"):
        fleet(OVER_HTTP.replace('{system: "http://127.0.0.1:8081"}', "{}"), folder)


@pytest.mark.parametrize(
    ("lines", "line", "said"),
    [
        (["device,secret,commune", *ROWS], 1, "the columns device, commune, secret"),
        (["device,commune,secret", *ROWS[2:]], None, "of 7 devices, expected from 8"),
        (["device,commune,secret", *ROWS[:8], ROWS[0]], 10, '"loa-0" again'),
        (["device,commune,secret", *ROWS[:8]], 9, "stands alone in its commune"),
        (["device,commune,secret", *ROWS[:8], "x,99999,bi-mat"], 10, "the code of a commune"),
        (["device,commune,secret", *ROWS[:8], f"x,{CODES[3]},"], 10, "without a secret"),
        (["device,commune,secret", *ROWS[:8], f"x y,{CODES[3]},bi-mat"], 10, "without spaces"),
        (["device,commune,secret", *ROWS[:8], f"x,{CODES[3]},bi mat"], 10, "without a secret"),
        (["device,commune,secret,profile", *ROWS[:8], f"x,{CODES[3]},bi-mat,tv"], 10, "one of"),
        (
            ["device,commune,secret"]
            + [row.replace(CODES[2], CODES[1]) for row in ROWS[:8]]
            + ROWS[8:],
            None,
            "2 communes, expected 3",
        ),
    ],
)
def test_what_the_file_of_devices_may_not_say(tmp_path, lines, line, said):
    written(tmp_path, lines)
    with pytest.raises(BadInput) as caught:
        fleet(FLEET, tmp_path)
    told = str(caught.value.problems[0])
    place = f"devices.csv:{line}: " if line else "devices.csv: "
    assert place in told, told
    assert said in told, told
    assert "bi-mat" not in told
    assert "bi mat" not in told
