"""Capability declarations: read strictly, and held against what cases showed."""

from dataclasses import replace

import pytest

from conformance import capabilities, demo
from conformance.bundle import json_bytes
from conformance.case import Seen
from conformance.record import Happening, Record
from scenarios import strict_yaml
from scenarios.problems import BadInput
from scenarios.scenario import Text

GOOD = """\
ttcs: 1
device: {vendor: "ABC", model: "S2", serial: "17", firmware: {version: "2.3"}}
profile: ip-speaker
supports: {cancel: true, offline_store: false, codecs: [mp3]}
limits: {message_bytes: 16384, commands_per_s: 2, cold_start: 60s}
"""


def parsed(text):
    return capabilities.parse(strict_yaml.parse("mine.yaml", text.encode()))


def test_what_is_not_declared_is_not_supported():
    declared = parsed(GOOD)
    assert declared.supported == {"cancel", "codec_mp3"}
    assert declared.device.firmware == "2.3"
    assert (declared.message_bytes, declared.cold_start_ms) == (16_384, 60_000)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("cancel: true", "cancel: yes", 'mine.yaml:4:20: supports.cancel: is "yes"'),
        ("cancel: true", "cancels: true", "mine.yaml:4:12: supports.cancels: is an unknown field"),
        ("[mp3]", "[mp3, flac]", "mine.yaml:4:56: supports.codecs"),
        ("[mp3]", "[mp3, mp3]", "supports.codecs"),
        ("60s", "60", "limits.cold_start: is the number 60, expected a duration"),
        ("16384", "0", "limits.message_bytes"),
        ("ip-speaker", "source-system", "mine.yaml:3:10: profile"),
        ('"17"', "17", "device.serial: is the number 17"),
        ('{version: "2.3"}', '{version: "2.3", sha256: "AB"}', "device.firmware.sha256"),
        ("ttcs: 1", "ttcs: 2", "mine.yaml:1:7: ttcs: is the number 2"),
        ("supports:", "support:", "supports: is missing"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(old, new, said):
    with pytest.raises(BadInput) as caught:
        parsed(GOOD.replace(old, new))
    assert any(said in str(problem) for problem in caught.value.problems), str(caught.value)


@pytest.mark.parametrize("role", demo.PROFILES)
def test_the_shipped_declarations_are_of_their_role_and_written_as_they_are_read(role):
    declared = demo.declaration(role)
    assert declared.role == role
    written = json_bytes(capabilities.written(declared)).decode()
    assert parsed(written) == declared


def seen(ok):
    return Seen(ok, Text("", ""))


def session(clean, will=True):
    return Record([Happening(0, "session", {"clean": clean, "will": will})])


def found(records, checks, text=GOOD):
    return {each.name: each for each in capabilities.compared(parsed(text), records, checks)}


def test_a_declared_capability_that_fails_is_a_difference_and_not_effective():
    cancel = found([], [("cancel-sounding", "cancel-ends-sound", seen(False))])["cancel"]
    assert (cancel.declared, cancel.discovered) == (True, False)
    assert cancel.differs
    assert not cancel.effective


def test_what_nothing_showed_is_neither_a_difference_nor_denied():
    cancel = found([], [("cancel-sounding", "cancel-ends-sound", seen(None))])["cancel"]
    assert cancel.discovered is None
    assert cancel.effective
    assert not cancel.differs


def test_whether_a_network_is_between_is_seen_from_the_addresses():
    system = replace(parsed(GOOD), role="source-system-province", supports={"network": True})
    for declared, is_there in ((system, True), (replace(system, supports={}), False)):
        told = {each.name: each for each in capabilities.compared(declared, [], [])}
        network = told["network"]
        assert (network.declared, network.discovered, network.effective) == (is_there,) * 3
        assert not network.differs


def test_the_session_shows_what_was_never_declared():
    kept = found([session(clean=False)], [])["session_kept"]
    assert (kept.declared, kept.discovered, kept.differs) == (False, True, True)
    once_clean = found([session(clean=False), session(clean=True)], [])["session_kept"]
    assert once_clean.discovered is False


def test_a_codec_is_shown_by_its_own_case():
    checks = [("sounds-mp3", "every-declared-codec", seen(False))]
    assert found([], checks)["codec_mp3"].discovered is False
    assert found([], checks)["codec_wav"].discovered is None
