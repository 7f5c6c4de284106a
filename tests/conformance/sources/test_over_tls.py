"""A system that is reached by https and mqtts, with certificates of an authority of its own."""

import json
import ssl
import subprocess

import pytest
import trustme

from tests.conformance.sources.standing import HEAD
from tests.simulator.emulator.source_system import ADMINISTRATOR, PASSWORD, serving
from tests.ttcs.program import ENVIRONMENT, PROGRAM

CASES = (
    "source-approval",
    "source-from-above",
    "source-reconnect-storm",
    "source-security-impersonation",
    "source-security-roles",
    "source-security-sessions",
    "source-security-tls",
    "source-security-too-much",
)
DEVICES = "40"
"""So many that some of them speak HTTP."""


@pytest.fixture
def system(tmp_path):
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1", "localhost")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    (tmp_path / "key.pem").chmod(0o600)
    for pem in issued.cert_chain_pems:
        pem.write_to_path(tmp_path / "certificate.pem", append=True)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    (tmp_path / "quan-tri.password").write_text(f"{PASSWORD}\n")
    files = {"certificate": "certificate.pem", "key": "key.pem", "ca": "ca.pem"}
    shown = [
        word for option, name in files.items() for word in (f"--{option}", str(tmp_path / name))
    ]
    trusted = ssl.create_default_context(cafile=tmp_path / "ca.pem")
    with serving(tmp_path, "2022", *shown, trusted=trusted) as running:
        yield running


def certified(folder, system, out, ca):
    (folder / "target.yaml").write_text(
        f'{HEAD}dialect: reference\npermits: [hostile]\nreached:\n  url: "{system.url}"\n'
        f'  broker: "{system.broker}"\n{ca}  administrator: {{login: "{ADMINISTRATOR}", '
        "password_file: quan-tri.password}\n"
    )
    return subprocess.run(
        [
            *(*PROGRAM, "certify", "--role", "source-system", "--target", "target.yaml"),
            *("--fleet", DEVICES, "--out", out, "--json"),
            *(word for case in CASES for word in ("--case", case)),
        ],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.needs_tool("mosquitto")
def test_encryption_and_certificates_are_judged_where_there_are_any(tmp_path, system):
    assert system.url.startswith("https:")
    assert system.broker.startswith("mqtts:")
    strange = certified(tmp_path, system, "strange", "")
    assert (strange.returncode, len(strange.stderr.splitlines())) == (4, 1), strange.stderr
    assert "name who did (ca)" in strange.stderr
    done = certified(tmp_path, system, "known", "  ca: ca.pem\n")
    assert (done.returncode, done.stderr) == (3, ""), "not all was tried: open"
    results = json.loads(done.stdout)["results"]
    tried = {each["id"]: each for each in results["cases"] if each["id"] in CASES}
    assert {name: each["trouble"] for name, each in tried.items() if each["trouble"]} == {}
    wrong = [check for each in tried.values() for check in each["checks"] if not check["ok"]]
    assert (set(tried), wrong) == ({*CASES}, [])
    verdicts = {each["id"]: each["verdict"] for each in results["clauses"]}
    assert verdicts["PROFILE-SECURITY-ENCRYPTED"] == "pass"
    assert verdicts["PROFILE-SECURITY-TLS"] == "pass"
    assert not any("nothing of encryption" in note["en"] for note in results["notes"])
