"""The device profiles that are shipped, and what a profile's file may not say."""

import re
from importlib.resources import files

import pytest

from scenarios import profiles, strict_yaml
from scenarios.problems import BadInput

FOLDER = files("scenarios.profiles")
REFERENCE = FOLDER.joinpath("speaker-reference.yaml").read_text("utf-8")
CONVERTER = FOLDER.joinpath("converter-ip-fm.yaml").read_text("utf-8")


def test_a_well_behaved_speaker():
    profile = profiles.load("speaker-reference")
    assert profile.when_unreachable == "queue"
    assert (profile.ack_timeout_ms, profile.backoff_ms) == (5_000, (1_000, 2_000, 4_000, 8_000))
    assert (profile.reconnect_delay_ms, profile.reconnect_spread_ms) == (1_000, 10_000)
    assert (profile.boot_ms, profile.start_delay_ms) == (20_000, 500)
    assert (profile.power_recovery, profile.after_cut) == ("resume", "resume")
    assert (profile.priority_cuts, profile.stores, profile.poll_period_ms) == (True, True, 0)


def test_a_speaker_in_use():
    profile = profiles.load("speaker-linux")
    assert profile.when_unreachable == "poll"
    assert (profile.poll_period_ms, profile.ack_timeout_ms, profile.backoff_ms) == (20_000, 0, ())
    assert (profile.reconnect_delay_ms, profile.start_delay_ms) == (0, 4_000)
    assert (profile.power_recovery, profile.stores) == ("drop", False)


def test_who_is_known_to_be_lost_when():
    noticed = {name: profiles.load(name).noticed_after_ms for name in profiles.names()}
    assert noticed.pop("speaker-mcu") == noticed.pop("board-a") == 180_000
    assert set(noticed.values()) == {90_000}


def test_only_a_converter_to_fm_has_receivers_that_cannot_answer():
    behind = {
        profile.kind: (profile.fm_receivers, profile.wake_per_million)
        for profile in map(profiles.load, profiles.names())
    }
    assert behind.pop("ip-to-fm") == (7, 870_000)
    assert behind == dict.fromkeys(("ip-speaker", "fm-to-ip", "e-board"), (0, 0))


def test_a_speaker_that_registers_after_its_link_returns():
    profile = profiles.load("speaker-mcu")
    assert (profile.join_ms, profile.keepalive_ms) == (10_000, 120_000)
    assert (profile.download_after_loss, profile.power_recovery) == ("restart", "restart")


@pytest.mark.parametrize("name", profiles.names())
def test_every_value_says_where_it_comes_from(name):
    profile = profiles.load(name)
    assert {"when_unreachable", "boot", "stores", "start_delay"} <= profile.basis.keys()
    assert profile.title.vi
    assert profile.title.en


def test_an_unknown_profile():
    with pytest.raises(KeyError):
        profiles.load("../speaker-linux")


@pytest.mark.parametrize(
    ("written", "instead", "line"),
    [
        ("is: 500ms", "is: 1.0001s",
         'start_delay.is: is "1.0001s", expected a duration of a whole number of milliseconds'),
        ("is: 20s", "is: 25h", 'boot.is: is "25h", expected a duration of at most 24h'),
        ("after_cut: {is: resume", "after_cut: {is: 1",
         "after_cut.is: is the number 1, expected one of resume, restart, drop"),
        ("stores: {is: true", 'stores: {is: "yes"', 'stores.is: is "yes", expected true or false'),
        ("[1s, 2s, 4s, 8s]", "4s", 'backoff.is: is "4s", expected a list of at most 20 durations'),
        ("kind: {is: ip-speaker", "kind: {is: radio",
         'kind.is: is "radio", expected one of ip-speaker, fm-to-ip, ip-to-fm, e-board'),
        ("boot: {is: 20s, mark: assumed", "boot: {is: 20s, mark: X",
         'boot.mark: is "X", expected one of V, P, C, I, M, R, assumed'),
        ("boot: {is: 20s, mark: assumed,", "boot: {is: 20s,",
         "boot.mark: is missing, expected the fields is, mark, source"),
        ("boot: {is: 20s, mark: assumed,", "boot: {is: 20s, mark: assumed, why: x,",
         "boot.why: is an unknown field, expected the fields is, mark, source"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(written, instead, line):
    assert REFERENCE.count(written) == 1
    document = strict_yaml.parse("p.yaml", REFERENCE.replace(written, instead).encode())
    with pytest.raises(BadInput) as error:
        profiles.parse("p", document)
    assert str(error.value.problems[0]).split(": ", 1)[1] == line


def test_a_field_of_another_rule_is_unknown():
    text = REFERENCE.replace("is: queue", "is: lose").encode()
    with pytest.raises(BadInput, match="reconnect_delay: is an unknown field") as error:
        profiles.parse("p", strict_yaml.parse("p.yaml", text))
    assert len(error.value.problems) == 2


@pytest.mark.parametrize(
    ("written", "instead", "line"),
    [
        ("is: ip-to-fm", "is: e-board", "fm_receivers: is an unknown field"),
        ("is: 7", "is: 0", "fm_receivers.is: is the number 0, expected a whole number from 1 to"),
        ("is: 870000", "is: 87%", 'wake_per_million.is: is "87%", expected a whole number from 0'),
    ],
)  # fmt: skip
def test_what_a_converter_says_of_its_receivers(written, instead, line):
    assert CONVERTER.count(written) == 1
    text = CONVERTER.replace(written, instead)
    with pytest.raises(BadInput, match=re.escape(line)):
        profiles.parse("p", strict_yaml.parse("p.yaml", text.encode()))


@pytest.mark.parametrize("text", ["", "[]", "boot", "title: x"])
def test_a_file_that_is_no_profile(text):
    with pytest.raises(BadInput):
        profiles.parse("p", strict_yaml.parse("p.yaml", text.encode()))
