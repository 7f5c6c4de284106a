"""The AsyncAPI document: it is what the code says, and its examples are good messages."""

import json
from typing import Any

import jsonschema
import pytest
import yaml

from reference_system.interface import asyncapi, topics
from reference_system.interface.examples import EXAMPLES
from reference_system.interface.messages import MODELS, BadMessage, decode, encode

WRITTEN = yaml.safe_load(asyncapi.FILE.read_text("utf-8"))


def resolved(reference: str) -> Any:
    node = WRITTEN
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [reference for value in node for reference in references(value)]
    if not isinstance(node, dict):
        return []
    return [
        *([node["$ref"]] if "$ref" in node else []),
        *(reference for value in node.values() for reference in references(value)),
    ]


def validator(kind: topics.Kind) -> jsonschema.Draft202012Validator:
    payload = WRITTEN["components"]["messages"][kind]["payload"]
    return jsonschema.Draft202012Validator({**payload, "components": WRITTEN["components"]})


def test_the_file_is_what_the_code_says() -> None:
    again = "run python -m reference_system.interface.asyncapi"
    assert asyncapi.FILE.read_text("utf-8") == asyncapi.text(), again


def test_the_document_has_the_form_of_asyncapi_3() -> None:
    assert WRITTEN["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= set(WRITTEN["info"])
    for reference in references(WRITTEN):
        assert isinstance(resolved(reference), dict), reference
    for name, operation in WRITTEN["operations"].items():
        assert operation["action"] == name.split("_")[0]
        assert all(
            m["$ref"].startswith(operation["channel"]["$ref"]) for m in operation["messages"]
        )


def test_channels_are_the_topics() -> None:
    assert {channel["address"] for channel in WRITTEN["channels"].values()} == {
        topics.topic("DEVICE", kind).replace("DEVICE", "{device}") for kind in topics.KINDS
    }
    for kind in topics.KINDS:
        way = "send" if kind in topics.DEVICE_READS else "receive"
        mqtt = WRITTEN["operations"][f"{way}_{kind}"]["bindings"]["mqtt"]
        channel = topics.CHANNELS[kind]
        assert mqtt == {"qos": channel.qos, "retain": channel.retained}


@pytest.mark.parametrize("kind", topics.KINDS)
def test_payloads_are_the_models(kind: topics.Kind) -> None:
    schema = MODELS[kind].model_json_schema(ref_template="#/components/schemas/{model}")
    parts = schema.pop("$defs", {})
    schemas = WRITTEN["components"]["schemas"]
    assert WRITTEN["components"]["messages"][kind]["payload"] == {
        "$ref": f"#/components/schemas/{MODELS[kind].__name__}"
    }
    assert schemas[MODELS[kind].__name__] == schema
    assert {name: schemas[name] for name in parts} == parts


@pytest.mark.parametrize("kind", topics.KINDS)
def test_examples_are_good_by_schema_and_by_code(kind: topics.Kind) -> None:
    examples = WRITTEN["components"]["messages"][kind]["examples"]
    assert [example["name"] for example in examples] == list(EXAMPLES[kind])
    for example in examples:
        validator(kind).validate(example["payload"])
        message = decode(kind, json.dumps(example["payload"]).encode())
        assert message == EXAMPLES[kind][example["name"]]


@pytest.mark.parametrize(
    ("kind", "name", "field", "value"),
    [
        ("cmd", "start", "CheDo", "Draft"),
        ("cmd", "start", "HetHan", 1_789_129_800_000),
        ("ack", "accepted", "TrangThaiGui", "0"),
        ("status", "playing", "AmLuong", 80),
        ("log", "played", "NhatKy", []),
        ("online", "last will", "nguon", 1),
    ],
)
def test_schema_and_code_refuse_the_same(
    kind: topics.Kind, name: str, field: str, value: Any
) -> None:
    data = {**json.loads(encode(EXAMPLES[kind][name])), field: value}
    assert not validator(kind).is_valid(data)
    with pytest.raises(BadMessage):
        decode(kind, json.dumps(data).encode())
