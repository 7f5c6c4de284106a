"""A bench in a file: what it may say, and what is contacted only when allowed."""

import pytest

from conformance.bench import description
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
    text = "ttcs: 1\nenvironment: test\ndut: {driver: emulated, profile: speaker-reference}\n"
    found = bench(text)
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
        (PROCESS + "sound: {driver: none}\n", "sound: is sound"),
        (PROCESS.replace("emulates: speaker-reference", "emulates: x"), "dut.emulates"),
        (PROCESS + "leases: 1\n", "an unknown field"),
    ],
)
def test_what_is_wrong_is_named(bench, text, said):
    with pytest.raises(BadInput) as bad:
        bench(text)
    assert said in str(bad.value.problems[0])
    assert "bench.yaml:" in str(bad.value.problems[0])


def test_addresses_beyond_this_machine_must_be_allowed(bench):
    description.check_targets(bench(PROCESS), (), "bench.yaml")
    for allowed in ((), ("192.168.50.1",), ("192.168.50.17",)):
        with pytest.raises(BadInput, match=r"--allow-target 192\.168\.50"):
            description.check_targets(bench(REAL), allowed, "bench.yaml")
    description.check_targets(bench(REAL), ("192.168.50.1", "192.168.50.17"), "bench.yaml")
