"""What a client says when it connects, read from its first bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import Client, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from conformance.bench import sessions


def sent_by_paho(version, *, keepalive_s=60, will=False, clean=True):
    """The first packet of paho's client, as it would go out."""
    given_ = {} if version == MQTTv5 else {"clean_session": clean}
    client = Client(CallbackAPIVersion.VERSION2, "speaker-1", protocol=version, **given_)
    client.username_pw_set("speaker-1", "a-secret")
    if will:
        client.will_set("t/1", b"gone", 1, retain=True)
    client._clean_start = clean
    client._send_connect(keepalive_s)
    return b"".join(bytes(each["packet"]) for each in client._out_packet)


@given(st.sampled_from([MQTTv311, MQTTv5]), st.integers(0, 65_535), st.booleans(), st.booleans())
def test_what_paho_says(version, keepalive_s, will, clean):
    packet = sent_by_paho(version, keepalive_s=keepalive_s, will=will, clean=clean)
    assert sessions.session(packet + b"more") == {
        "client": "speaker-1",
        "clean": clean,
        "keepalive_s": keepalive_s,
        "will": will,
        "will_retained": will,
    }
    assert "a-secret" not in str(sessions.session(packet))
    assert all(sessions.session(packet[:end]) is None for end in range(len(packet)))


@given(st.sampled_from([MQTTv311, MQTTv5]), st.booleans())
def test_where_the_password_is(version, will):
    packet = sent_by_paho(version, will=will)
    start, end = sessions.password_place(packet + b"more")
    assert packet[start:end] == b"a-secret"
    for cut in range(len(packet)):
        with pytest.raises(IndexError):
            sessions.password_place(packet[:cut])


@given(st.binary(max_size=200))
def test_other_bytes_are_no_session(noise):
    found = sessions.session(noise)
    assert found is None or noise[0] == 0x10


def test_an_answer():
    assert sessions.is_accepted(b"\x20\x02\x01\x00")
    assert not sessions.is_accepted(b"\x20\x02\x00\x05")
    assert not sessions.is_accepted(b"\x20\x02")
