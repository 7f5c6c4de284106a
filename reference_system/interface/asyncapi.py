"""The AsyncAPI 3.0 document of the MQTT interface, made of topics and models.

`python -m reference_system.interface.asyncapi` writes it anew, beside this module.
"""

from pathlib import Path
from typing import Any

import yaml
from pydantic.json_schema import models_json_schema

from reference_system.interface.examples import EXAMPLES
from reference_system.interface.messages import MODELS, encode
from reference_system.interface.topics import CHANNELS, DEVICE_NAME, KINDS, PREFIX, Kind

FILE = Path(__file__).with_name("asyncapi.yaml")

TITLES: dict[Kind, tuple[str, str]] = {
    "cmd": ("Lệnh", "Command"),
    "ack": ("Xác nhận", "Acknowledgement"),
    "status": ("Trạng thái thiết bị", "State of the device"),
    "log": ("Nhật ký phát", "Play log"),
    "online": ("Kết nối", "Connected or not"),
}

DESCRIPTION = """\
What the source system and its devices say to each other over MQTT 3.1.1 or 5.

A device logs in with its name and password. It may read its own `cmd` and write its own `ack`,
`status`, `log` and `online`, nothing else. It keeps a persistent session (clean start off), so that
commands wait for it, and says by a retained last will on `online` when it is gone.

Instants are seconds since 1970 in UTC; fields whose names end in Ms are milliseconds. A message
with an unknown field, a repeated key, a value of another type or an instant that cannot be is
refused whole. Many field names are shared by provinces and vendors; the rest, and the topics, are
this project's own. No official document known to us fixes any of them.
"""


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as such."""


def _lines(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, "|" if "\n" in value else None)


_Dumper.add_representer(str, _lines)


def document() -> dict[str, Any]:
    """The document as data."""
    _, definitions = models_json_schema(
        [(model, "validation") for model in MODELS.values()],
        by_alias=True,
        ref_template="#/components/schemas/{model}",
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "ttcs: nguồn và thiết bị / source system and devices",
            "version": "1",
            "description": DESCRIPTION,
        },
        "defaultContentType": "application/json",
        "channels": {kind: _channel(kind) for kind in KINDS},
        "operations": {_operation_name(kind): _operation(kind) for kind in KINDS},
        "components": {
            "messages": {kind: _message(kind) for kind in KINDS},
            "schemas": definitions["$defs"],
        },
    }


def text() -> str:
    """The document as YAML."""
    return yaml.dump(document(), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


def _channel(kind: Kind) -> dict[str, Any]:
    vi, en = TITLES[kind]
    return {
        "address": f"{PREFIX}/{{device}}/{kind}",
        "title": f"{vi} / {en}",
        "parameters": {"device": {"description": f"The device's name: {DEVICE_NAME}"}},
        "messages": {kind: {"$ref": f"#/components/messages/{kind}"}},
    }


def _operation_name(kind: Kind) -> str:
    return f"{'send' if CHANNELS[kind].to_device else 'receive'}_{kind}"


def _operation(kind: Kind) -> dict[str, Any]:
    channel = CHANNELS[kind]
    return {
        "action": "send" if channel.to_device else "receive",
        "summary": f"{TITLES[kind][1]}, seen from the source system.",
        "channel": {"$ref": f"#/channels/{kind}"},
        "messages": [{"$ref": f"#/channels/{kind}/messages/{kind}"}],
        "bindings": {"mqtt": {"qos": channel.qos, "retain": channel.retained}},
    }


def _message(kind: Kind) -> dict[str, Any]:
    vi, en = TITLES[kind]
    limit_bytes = CHANNELS[kind].max_bytes
    return {
        "name": kind,
        "title": f"{vi} / {en}",
        "summary": f"One JSON object in UTF-8, at most {limit_bytes:,} bytes.",
        "contentType": "application/json",
        "payload": {"$ref": f"#/components/schemas/{MODELS[kind].__name__}"},
        "examples": [
            {"name": name, "payload": yaml.safe_load(encode(message))}
            for name, message in EXAMPLES[kind].items()
        ],
    }


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
