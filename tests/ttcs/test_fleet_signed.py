"""`ttcs fleet --server-key` at a real `ttcs serve --sign-commands`: what it signs is obeyed, what
another key signs is not."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.simulator.emulator.source_system import ADMINISTRATOR, SourceSystem, serving
from tests.ttcs.program import TINY
from tests.ttcs.test_fleet import DEVICES, ended, started
from tests.ttcs.test_fleet_dialects import until

pytestmark = [pytest.mark.slow, pytest.mark.needs_tool("mosquitto")]

DEVICE = "/api/v1/devices/21952-01"


def said(system: SourceSystem) -> dict[str, tuple[str, str]]:
    """The commands to the device by action, and what became of them."""
    commands = system.ask("GET", f"{DEVICE}/commands")["items"]
    return {each["action"]: (each["state"], each["answer"]) for each in commands}


@pytest.mark.parametrize("ours", [True, False], ids=["its key", "another key"])
def test_a_restart_is_obeyed_from_the_right_server_alone(tmp_path: Path, ours: bool) -> None:
    scenario, other = tmp_path / "tiny.yaml", tmp_path / "other.pem"
    scenario.write_text(TINY, "utf-8")
    public = Ed25519PrivateKey.generate().public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    other.write_bytes(public.public_bytes(serialization.Encoding.PEM, form))
    with serving(tmp_path, "2022", "--sign-commands") as system:
        key = tmp_path / "server" / "command-key.pub.pem" if ours else other
        fleet = started(
            *(system, scenario, "--login", ADMINISTRATOR, "--json", "--server-key", key),
        )
        try:
            until(lambda: system.ask("GET", "/api/v1/device-counts")["online"] == DEVICES, fleet)
            system.ask("POST", f"{DEVICE}/restart", {})
            until(lambda: said(system)["restart"][0] in ("accepted", "refused"), fleet)
            if ours:
                until(lambda: system.ask("GET", DEVICE)["presence"] == "offline", fleet)
                until(lambda: system.ask("GET", DEVICE)["presence"] == "online", fleet)
            events = [each["event"] for each in system.ask("GET", f"{DEVICE}/events")["items"]]
        finally:
            status, out, error = ended(fleet)
        assert (status, error) == (0, "")
        state, answer = said(system)["restart"]
        assert state == ("accepted" if ours else "refused")
        assert ("foreign-key" in answer) is not ours
        assert ("offline" in events) is ours
    assert json.loads(out)["errors"] == {}
