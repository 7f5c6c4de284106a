"""Packets of real connections, and bundles that keep them: nothing of others, and no secret."""

import json
import secrets
import socket
from contextlib import contextmanager
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance import demo, evidence
from conformance.bench import capture, network, watching
from conformance.bench.capture import Capture
from conformance.bench.description import Description
from conformance.bundle_contents import Contents, read
from conformance.case import judged
from conformance.certified import results
from conformance.certifying import Asked, certify
from conformance.clauses import ledger
from conformance.packets import read as packets_of
from conformance.packets import segment, streams
from conformance.suites import CASES
from conformance.suites.hostile import FRAMES
from conformance.verdicts import Reason, Verdict
from conformance.verification import verify
from tests.conformance.bench.test_network import emulating
from tests.conformance.test_verification import signed_again

may_capture = pytest.mark.skipif(
    capture.obstacle() is not None, reason=f"no capture here: {capture.obstacle()}"
)
needs_broker = pytest.mark.needs_tool("mosquitto")
needs_speech = pytest.mark.needs_tool("espeak-ng")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CASE = "hostile-oversized"


@contextmanager
def exchange(port_of, said):
    """A connection of this machine with itself, on which something was said."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port_of.append(server.getsockname()[1])
        yield
        with socket.create_connection(server.getsockname()) as client:
            passed_on, _ = server.accept()
            with passed_on:
                client.sendall(said)
                assert passed_on.recv(1 << 16)


def captured(said, secret=b"", others=b"of no concern"):
    """A capture of one connection, while there is another."""
    ports = []
    own, other = exchange(ports, said), exchange(ports, others)
    with own, other:
        ends = [("127.0.0.1", port) for port in (ports[0], 9)]
        listening = Capture("127.0.0.1", *ends)
    return listening.ended([secret]), ends[0]


@may_capture
def test_each_packet_once_and_none_of_others():
    found, broker = captured(b"hello")
    packets = packets_of(found.pcap)
    assert (found.interface, found.count, found.lost) == ("lo", len(packets), 0)
    for one in filter(None, (segment(each.frame) for each in packets)):
        assert broker in (one.source, one.target)
    said = [bytes(s.content) for e in streams(packets) if e.target == broker for s in e.stretches]
    assert said == [b"hello"]
    assert all(each.is_whole for each in streams(packets))


@may_capture
def test_a_secret_is_blanked():
    found, _ = captured(b"my secret word", b"secret")
    assert b"secret" not in found.pcap
    assert found.blanked == 1


@may_capture
def test_beyond_its_bounds_it_says_how_much_is_left_out(monkeypatch):
    monkeypatch.setattr(capture, "MOST_BROKER_BYTES", 200)
    found, _ = captured(b"x" * 500)
    assert found.left_out > 0
    assert not found.is_complete


@pytest.mark.parametrize(
    ("missing", "said"),
    [("find_spec", "scapy is not installed"), ("find_library", "libpcap is not installed")],
)
def test_where_it_cannot_it_says_why(monkeypatch, missing, said):
    monkeypatch.setattr(capture, "find_spec", lambda _: True)
    monkeypatch.setattr(capture, "find_library", lambda _: True)
    monkeypatch.setattr(capture, missing, lambda _: None)
    assert said in capture.obstacle()


def test_without_the_right_it_says_so(monkeypatch):
    def refused(*_):
        raise PermissionError

    monkeypatch.setattr(capture, "find_spec", lambda _: True)
    monkeypatch.setattr(capture, "find_library", lambda _: True)
    monkeypatch.setattr(capture.socket, "socket", refused)
    assert "CAP_NET_RAW" in capture.obstacle()


# ---- In a bundle --------------------------------------------------------------------------------


def certified(place, **changed):
    bench = Description("test", None, demo.PERMITS, emulating(secret="its very own password"))
    asked = Asked(demo.declaration("ip-speaker"), bench, ledger(), chosen=(CASE,))
    told = certify(replace(asked, **changed), place, KEY, lambda *_: None)[0]
    return told, dict(read(place).files)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """What a certification on the network left, and every secret that was made for it."""
    made = ["its very own password"]
    token = secrets.token_urlsafe

    def noted(size=None):
        made.append(token(size))
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "token_urlsafe", noted)
        return *certified(tmp_path_factory.mktemp("captured") / "out"), made


def around(told):
    return next(each for each in told["cases"] if each["id"] == CASE)["circumstances"]


PCAP, NETWORK = f"cases/{CASE}/capture.pcap", f"cases/{CASE}/network.json"
RECORD = f"cases/{CASE}/record.jsonl"


def check(told, case=CASE):
    return next(
        check for clause in told["clauses"] for check in clause["checks"] if check["case"] == case
    )


@may_capture
@needs_broker
@needs_speech
def test_no_secret_is_in_a_bundle(bundle):
    _, files, made = bundle
    assert PCAP in files
    assert len(made) > 1
    for name, content in files.items():
        for secret in made:
            assert secret.encode() not in content, name


@may_capture
@needs_broker
@needs_speech
def test_the_packets_bear_the_record_out(bundle):
    told, files, _ = bundle
    found = verify(Contents(files), [])
    (testimony,) = found.witness
    assert testimony.why_not is None
    assert testimony.seen == testimony.of > 4
    assert not found.by_then.differences
    assert check(told)["verdict"] == Verdict.PASS
    passed = around(told)["traffic"]
    assert (passed["kept_by"], passed["why_not"], passed["left_out"]) == ("capture", None, 0)
    assert abs(around(told)["clock"]["offset_ms"]) <= around(told)["clock"]["uncertainty_ms"]
    assert around(told)["state_before"]["online"] is True
    assert around(told)["state_after"]["online"] is True


@may_capture
@needs_broker
@needs_speech
def test_a_record_that_was_invented_is_contradicted_even_if_it_was_signed(bundle):
    _, files, _ = bundle
    lines = [json.loads(line) for line in files[RECORD].splitlines()]
    said = next(e for e in lines if e["what"] == "said" and not e["detail"]["retain"])
    said["detail"]["payload"] = said["detail"]["payload"].replace("{", '{"x": 1, ', 1)
    record = "".join(json.dumps(each) + "\n" for each in lines).encode()
    found = verify(Contents(signed_again({**files, RECORD: record})), [])
    assert found.seal.is_whole
    assert found.witness[0].contradicts
    assert found.exit_status == 1


@may_capture
@needs_broker
@needs_speech
@pytest.mark.parametrize("change", ["no-packets", "no-record", "garbled"])
def test_packets_that_are_missing_or_garbled_are_no_pass(bundle, change):
    _, files, _ = bundle
    changed = dict(files)
    if change == "garbled":
        changed[PCAP] = files[PCAP][:-1]
    else:
        del changed[PCAP]
    if change == "no-record":
        del changed[NETWORK]
    found = verify(Contents(signed_again(changed)), [])
    assert found.exit_status != 0
    assert found.by_then.verdict is not Verdict.PASS
    if change == "no-record":
        read_again = evidence.read(changed)
        told = results(read_again, read_again.clauses, CASES)
        assert check(told)["reason"] == Reason.EMPTY_CAPTURE
    else:
        assert found.by_then.why_not


@needs_broker
@needs_speech
def test_without_a_capture_the_path_keeps_the_record_and_says_why(tmp_path, monkeypatch):
    for module in (network, watching):
        monkeypatch.setattr(module, "obstacle", lambda: "no right to capture")
    told, files = certified(tmp_path / "out")
    assert PCAP not in files
    passed = around(told)["traffic"]
    assert (passed["kept_by"], passed["why_not"]) == ("path", "no right to capture")
    assert passed["from_device_bytes"] > 300
    plan = json.loads(files["plan.json"])
    assert plan["bench"]["facts"]["capture"] == "path: no right to capture"
    assert check(told)["verdict"] == Verdict.PASS


@may_capture
@needs_broker
@needs_speech
def test_an_empty_capture_is_never_a_pass(tmp_path, monkeypatch):
    monkeypatch.setattr(capture, "MOST_BROKER_BYTES", 0)
    told, _ = certified(tmp_path / "out")
    assert (check(told)["verdict"], check(told)["reason"]) == (
        Verdict.INCONCLUSIVE,
        Reason.EMPTY_CAPTURE,
    )


@may_capture
@needs_broker
@needs_speech
@pytest.mark.slow
def test_broken_frames_are_on_the_wire_and_a_right_device_comes_back_after_each():
    with network.running(emulating()) as bench:
        trial = network.tried_on(bench, CASES["hostile-frames"], "n")
    assert (trial.trouble, trial.alive_after) == (None, True)
    assert judged(CASES["hostile-frames"], trial.record)["lives-after-malformed"].ok
    found = streams(trial.traffic.packets())
    to_device = [
        bytes(stretch.content)
        for stream in found
        if stream.source == trial.traffic.broker
        for stretch in stream.stretches
    ]
    for name, data in FRAMES.items():
        assert any(data in each for each in to_device), name
    assert len(trial.traffic.record.connections) > len(FRAMES)
    assert bench.secret.encode() not in trial.traffic.captured.pcap
