"""The file of waivers, read strictly."""

from datetime import date

import pytest

from conformance.bundle import json_bytes
from conformance.capabilities import Device
from conformance.waivers import check_valid, parse, written
from scenarios import strict_yaml
from scenarios.problems import BadInput

GOOD = """\
ttcs: 1
waivers:
  - clause: PROFILE-LAST-WILL
    failure: "00112233445566aa"
    kind: fix-promised
    device: {vendor: "ABC", model: "S2", firmware: "2.3"}
    until: "2027-06-30"
    reason: {vi: "hãng hứa sửa", en: "the maker promised a firmware"}
"""


def parsed(text):
    return parse(strict_yaml.parse("w.yaml", text.encode()))


def test_a_waiver_is_read_and_written_alike():
    found = parsed(GOOD)
    assert (found[0].clause, found[0].firmware) == ("PROFILE-LAST-WILL", "2.3")
    assert parsed(json_bytes(written(found)).decode()) == found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("00112233445566aa", "00112233445566AA", "w.yaml:4:14: waivers[0].failure"),
        ("fix-promised", "ignored", "waivers[0].kind"),
        ('"2027-06-30"', '"30/6/2027"', "waivers[0].until"),
        ('firmware: "2.3"', 'firmwares: "2.3"', "waivers[0].device.firmwares"),
        ("    kind: fix-promised\n", "", "waivers[0].kind: is missing"),
    ],
)
def test_what_is_wrong_is_named(old, new, said):
    with pytest.raises(BadInput) as caught:
        parsed(GOOD.replace(old, new))
    assert any(said in str(problem) for problem in caught.value.problems)


def test_none_at_all_and_one_twice_are_refused():
    with pytest.raises(BadInput, match="1 to 200"):
        parsed("ttcs: 1\nwaivers: []\n")
    with pytest.raises(BadInput, match="each failure once"):
        parsed(GOOD + GOOD.partition("waivers:\n")[2])


def test_however_long_a_device_is_named_the_message_stays_short():
    given = parsed(GOOD.replace('"ABC"', f'"{"a" * 50_000}"'))
    device = Device("ABC", "S2", "1", "2.3", None)
    with pytest.raises(BadInput) as refused:
        check_valid(given, device, date(2026, 6, 1), "w.yaml")
    assert all(len(str(problem)) < 500 for problem in refused.value.problems)
