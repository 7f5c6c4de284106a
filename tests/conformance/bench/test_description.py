"""A bench in a file: what it may say, and what is contacted only when allowed."""

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from conformance.bench import description
from conformance.signing import new_private
from scenarios.problems import BadInput

REAL = """\
ttcs: 1
environment: test
dut: {driver: network, name: loa-1, address: "192.168.50.17", password_file: "loa-1.password"}
broker: {listen: "192.168.50.1:8883", certificate: "a.pem", key: "b.pem"}
sounds: {listen: "192.168.50.1:8080"}
sound: {driver: soundcard, device: "hw:1,0", latency: "41ms", uncertainty: "2ms"}
permits: [link]
"""
PROCESS = """\
ttcs: 1
environment: test
dut: {driver: network, emulates: speaker-reference}
permits: [link, power]
"""

EMULATED = "ttcs: 1\nenvironment: test\ndut: {driver: emulated, profile: speaker-reference}\n"


@pytest.fixture
def bench(tmp_path):
    """The description in a file of that text."""
    (tmp_path / "loa-1.password").write_text("a secret\n")

    def read(text):
        (tmp_path / "bench.yaml").write_text(text)
        return description.read(tmp_path / "bench.yaml")

    return read


def test_a_real_device(bench, tmp_path):
    found = bench(REAL)
    network = found.network
    assert (network.name, network.address, network.secret) == ("loa-1", "192.168.50.17", "a secret")
    assert network.broker == ("192.168.50.1", 8883)
    assert network.certificate == (tmp_path / "a.pem", tmp_path / "b.pem")
    assert network.sound.recorder[0] == "arecord"
    assert network.sound.recorder[-1] == "hw:1,0"
    assert (network.sound.latency_ms, network.sound.uncertainty_ms) == (41, 2)
    assert found.permits == ("link",)


def test_a_process(bench):
    network = bench(PROCESS).network
    assert (network.name, network.emulates) == ("speaker-reference-1", "speaker-reference")
    assert network.broker == network.sounds == ("127.0.0.1", 0)
    assert network.secret is None


def test_an_emulated_device(bench):
    found = bench(EMULATED)
    assert (found.profile, found.network) == ("speaker-reference", None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (REAL.replace("test", "village", 1), "environment"),
        (REAL.replace("driver: network", "driver: 1"), "dut.driver"),
        (REAL.replace(' address: "192.168.50.17",', ""), "dut.address: is missing"),
        (REAL.replace("192.168.50.17", "loa.example"), "dut.address"),
        (REAL.replace("loa-1.password", "no.password"), "dut.password_file"),
        (REAL.replace("name: loa-1", "name: a/b"), "dut.name"),
        (REAL.replace(":8883", ":88830"), "broker.listen"),
        (REAL.replace(', key: "b.pem"', ""), "one of certificate and key"),
        (REAL.replace('sounds: {listen: "192.168.50.1:8080"}\n', ""), "a real device"),
        (REAL.replace(', device: "hw:1,0"', ""), "sound.device: is missing"),
        (REAL.replace(', uncertainty: "2ms"', ""), "sound.uncertainty: is missing"),
        (REAL.replace("soundcard, device", "soundcard, path: x, device"), "sound.path"),
        (REAL.replace("[link]", "[link, power]"), "permits: is power"),
        (REAL.replace("[link]", "[link, update]"), "permits: is update, which nobody"),
        (REAL.replace("[link]", "[link, signing]"), "permits: is signing, without the key"),
        (REAL + "signing: {key: no.pem}\n", "signing.key: is not readable"),
        (REAL + "signing: {key: loa-1.password}\n", "signing.key: is no Ed25519 private key"),
        (PROCESS + "signing: {key: k.pem}\n", "signing: is signing, expected none"),
        (PROCESS + "sound: {driver: none}\n", "sound: is sound"),
        (PROCESS.replace("emulates: speaker-reference", "emulates: x"), "dut.emulates"),
        (PROCESS + "leases: 1\n", "an unknown field"),
        (REAL + "power: {driver: manual}\n", "power: is manual, without an operator"),
        (REAL + "power: {driver: magic}\n", "power.driver"),
        (REAL + "power: {driver: external, on: [a]}\n", "power.off: is missing"),
        (REAL + "power: {driver: external, on: [a], off: a}\n", "power.off"),
        (REAL + "power: {driver: external, on: [], off: [a]}\n", "power.on"),
        (REAL + "power: {driver: labgrid}\n", "power.environment: is missing"),
        (REAL + "power: {driver: labgrid, environment: a, on: [a]}\n", "power.on"),
        (REAL + "operator: {driver: telepathy}\n", "operator.driver"),
        (REAL + "operator: {driver: program}\n", "operator.command: is missing"),
        (REAL + "operator: {driver: terminal, port: 1}\n", "operator.port"),
        (REAL + "operator: {driver: page, port: 70000}\n", "operator.port"),
        (REAL + "operator: {driver: page, port: true}\n", "operator.port"),
        (REAL + 'operator: {driver: page, wait: "2h"}\n', "at most an hour"),
        (PROCESS + "operator: {driver: page}\n", "operator: is operator"),
        (PROCESS + "power: {driver: manual}\n", "power: is power"),
        (EMULATED + "operator: {driver: page}\n", "operator: is operator"),
    ],
)
def test_what_is_wrong_is_named(bench, text, said):
    with pytest.raises(BadInput) as bad:
        bench(text)
    assert said in str(bad.value.problems[0])
    assert "bench.yaml:" in str(bad.value.problems[0])


def test_power_that_a_person_switches(bench, tmp_path):
    asking = 'operator: {driver: program, command: [./answer, "1"], wait: 30s}\n'
    power = 'power: {driver: manual, uncertainty: "2s"}\n'
    found = bench(REAL.replace("[link]", "[power]") + asking + power)
    assert found.permits == ("power",)
    assert found.operator.command == ("./answer", "1")
    assert (found.operator.folder, found.operator.wait_ms) == (tmp_path, 30_000)
    assert (found.network.mains.driver, found.network.mains.uncertainty_ms) == ("manual", 2_000)


def test_power_that_commands_switch(bench, tmp_path):
    mains = bench(REAL + "power: {driver: external, off: [./plug, off], on: [./plug, on]}\n")
    assert mains.network.mains.off == ("./plug", "off")
    assert mains.network.mains.on == ("./plug", "on")
    mains = bench(REAL + "power: {driver: labgrid, environment: lab.yaml}\n").network.mains
    assert mains.on[-3:] == (str(tmp_path / "lab.yaml"), "main", "on")
    assert mains.off[-1] == "off"


def test_a_page_takes_a_free_port_and_waits_ten_minutes(bench):
    asking = bench(REAL + "operator: {driver: page}\n").operator
    assert (asking.port, asking.wait_ms) == (0, 600_000)
    assert bench(REAL).operator is None


def test_a_key_that_commands_are_signed_with(bench, tmp_path):
    key = new_private()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "k.pem").write_bytes(pem)
    text = REAL.replace("[link]", "[link, signing]") + "signing: {key: k.pem}\n"
    found = bench(text)
    assert found.permits == ("link", "signing")
    assert found.network.signing.private_bytes_raw() == key.private_bytes_raw()


def test_addresses_beyond_this_machine_must_be_allowed(bench):
    description.check_targets(bench(PROCESS), (), "bench.yaml")
    for allowed in ((), ("192.168.50.1",), ("192.168.50.17",)):
        with pytest.raises(BadInput, match=r"--allow-target 192\.168\.50"):
            description.check_targets(bench(REAL), allowed, "bench.yaml")
    description.check_targets(bench(REAL), ("192.168.50.1", "192.168.50.17"), "bench.yaml")
