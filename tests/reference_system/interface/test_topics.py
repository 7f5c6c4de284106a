"""Topics: what is built can be taken apart, and a device has its own and no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_system.interface import topics
from reference_system.interface.topics import BadTopic, Topic

devices = st.from_regex(topics.DEVICE_NAME, fullmatch=True)
kinds = st.sampled_from(topics.KINDS)


@given(devices, kinds)
def test_a_topic_can_be_taken_apart(device: str, kind: topics.Kind) -> None:
    assert topics.parse(topics.topic(device, kind)) == Topic(device, kind)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ttcs/1",
        "ttcs/1/a",
        "ttcs/1/a/cmd/",
        "ttcs/1/a/cmd\n",
        "ttcs/1//cmd",
        "ttcs/1/+/cmd",
        "ttcs/1/a/#",
        "ttcs/1/$SYS/cmd",
        "ttcs/1/a/b/cmd",
        "ttcs/2/a/cmd",
        "/ttcs/1/a/cmd",
        "ttcs/1/a/CMD",
        "ttcs/1/đài/cmd",
        f"ttcs/1/{'a' * 65}/cmd",
    ],
)
def test_other_topics_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(BadTopic) as refused:
        topics.parse(text)
    assert "\n" not in str(refused.value)


@given(st.text(max_size=70))
def test_a_name_is_a_topic_level_or_refused(name: str) -> None:
    if topics.is_device_name(name):
        assert len(topics.topic(name, "cmd").split("/")) == 4
        assert not set(name) & set("+#/$@: \n\0")
    else:
        with pytest.raises(BadTopic):
            topics.topic(name, "cmd")


@given(devices, devices, kinds, st.sampled_from(["read", "write"]))
def test_a_device_has_its_own_topics_only(
    device: str, other: str, kind: topics.Kind, action: str
) -> None:
    wanted = kind == "cmd" if action == "read" else kind != "cmd"
    allowed = topics.device_may(device, action, topics.topic(other, kind))
    assert allowed == (wanted and device == other)


@pytest.mark.parametrize("text", ["#", "ttcs/1/+/cmd", "ttcs/1/a/#", "ttcs/1/a/+", "$SYS/#"])
def test_no_wildcard_is_a_devices_own(text: str) -> None:
    assert not topics.device_may("a", "read", text)
