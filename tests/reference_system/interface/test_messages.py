"""Messages: what is sent can be read, and nothing is guessed at."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from reference_system.interface import messages, topics
from reference_system.interface.examples import EXAMPLES
from reference_system.interface.messages import (
    Ack,
    BadMessage,
    Command,
    PlayEntry,
    PlayLog,
    Stopped,
    Targets,
    clock_text,
    decode,
    encode,
)
from reference_system.interface.vocabulary import (
    CLASS_OF_PRIORITY,
    OWN_NAMES,
    PRIORITY_OF_CLASS,
    SHARED_NAMES,
)
from reference_system.interface.wire_types import clock_ms

NOW_S = 1_789_129_200
HOURS_7_S = 25_200
ALL = [
    pytest.param(kind, message, id=f"{kind} {name}")
    for kind in topics.KINDS
    for name, message in EXAMPLES[kind].items()
]
START = json.loads(encode(EXAMPLES["cmd"]["start"]))
LESS_URGENT = {**START, "BanTin": {**START["BanTin"], "MucDoUuTien": 3}}
STATUS = json.loads(encode(EXAMPLES["status"]["playing"]))
LOG = json.loads(encode(EXAMPLES["log"]["played"]))
ACK = json.loads(encode(EXAMPLES["ack"]["accepted"]))


def wire(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()


def changed(data: dict[str, Any], place: str, value: Any) -> bytes:
    """The message with another value at `a.b`; a list's first element is meant by 0."""
    copy = json.loads(json.dumps(data))
    node = copy
    *way, last = [int(part) if part.isdigit() else part for part in place.split(".")]
    for part in way:
        node = node[part]
    node[last] = value
    return wire(copy)


def refusal(kind: topics.Kind, payload: bytes, now_ms: int | None = None) -> BadMessage:
    with pytest.raises(BadMessage) as refused:
        decode(kind, payload, now_ms)
    assert "\n" not in str(refused.value)
    return refused.value


def good_or_refused(kind: topics.Kind, payload: bytes) -> messages.Message | None:
    try:
        return decode(kind, payload, NOW_S * 1000)
    except BadMessage as bad:
        text = str(bad)
    assert "\n" not in text
    assert len(text) < 1_000
    return None


@pytest.mark.parametrize(("kind", "message"), ALL)
def test_what_is_sent_can_be_read(kind: topics.Kind, message: messages.Message) -> None:
    assert decode(kind, encode(message), NOW_S * 1000 + 900_000) == message


def test_a_command_on_the_wire_has_the_shared_names() -> None:
    assert START["NguonID"] == "H24"
    assert START["DanhSachThietBi"] == {"CumLoaID": ["21553-01"]}
    assert START["BanTin"]["MucDoUuTien"] == 1
    assert START["BanTin"]["ThoiLuong"] == "00:00:40"
    assert START["BanTin"]["ThoiLuongMs"] == 39_480


def test_priorities_are_named_in_one_place_and_smaller_is_more_urgent() -> None:
    assert CLASS_OF_PRIORITY == {1: "emergency", 2: "priority", 3: "normal"}
    assert {PRIORITY_OF_CLASS[name]: name for name in PRIORITY_OF_CLASS} == CLASS_OF_PRIORITY
    assert EXAMPLES["cmd"]["start"].start.bulletin_class == "emergency"


def test_each_attribute_has_one_name_on_the_wire() -> None:
    names = [*SHARED_NAMES.values(), *OWN_NAMES.values()]
    assert len(set(names)) == len(names)
    assert not set(SHARED_NAMES) & set(OWN_NAMES)


@pytest.mark.parametrize(
    ("kind", "data", "place", "value", "where"),
    [
        ("cmd", START, "BanTin.MucDoUuTien", "1", "BanTin.MucDoUuTien"),
        ("cmd", START, "BanTin.MucDoUuTien", 4, "BanTin.MucDoUuTien"),
        ("cmd", START, "BanTin.MucDoUuTien", True, "BanTin.MucDoUuTien"),
        ("cmd", START, "BanTin.MucDoUuTien", 1.0, "BanTin.MucDoUuTien"),
        ("cmd", LESS_URGENT, "BanTin.CapDo", 1, "BanTin"),
        ("cmd", START, "BanTin.ThoiLuong", "00:00:39", "BanTin"),
        ("cmd", START, "BanTin.ThoiLuong", "0:40", "BanTin.ThoiLuong"),
        ("cmd", START, "BanTin.NoiDung", "file:///etc/passwd", "BanTin.NoiDung"),
        ("cmd", START, "BanTin.sha256", "00", "BanTin.sha256"),
        ("cmd", START, "CheDo", "test", "CheDo"),
        ("cmd", START, "ThoiDiemGui", float(NOW_S), "ThoiDiemGui"),
        ("cmd", START, "ThoiDiemGui", str(NOW_S), "ThoiDiemGui"),
        ("cmd", START, "HetHan", NOW_S, ""),
        ("cmd", START, "HuyBanTin", {"LuotPhatID": "x"}, ""),
        ("cmd", START, "BanTin", None, ""),
        ("cmd", START, "DanhSachThietBi.CumLoaID", [], "DanhSachThietBi.CumLoaID"),
        ("cmd", START, "DanhSachThietBi.CumLoaID.0", "a/b", "DanhSachThietBi.CumLoaID[0]"),
        ("cmd", START, "Id", "", "Id"),
        ("cmd", START, "Id", "a\nb", "Id"),
        ("cmd", START, "Id", "x" * 201, "Id"),
        ("cmd", START, "id", "c1", "id"),
        ("cmd", START, "nguon", 1, "nguon"),
        ("status", STATUS, "AmLuong", 80, "AmLuong"),
        ("status", STATUS, "AmLuong", "150", "AmLuong"),
        ("status", STATUS, "AmLuong", "-5", "AmLuong"),
        ("status", STATUS, "AmLuong", "080", "AmLuong"),
        ("status", STATUS, "TrangThaiHoatDong", "0", "TrangThaiHoatDong"),
        ("status", STATUS, "TrangThaiKetNoi", 1, "TrangThaiKetNoi"),
        ("status", STATUS, "ViDo", 91, "ViDo"),
        ("log", LOG, "NhatKy", [], "NhatKy"),
        ("log", LOG, "NhatKy.0.ThoiDiemBatDauMs", NOW_S * 1000, "NhatKy[0]"),
        ("log", LOG, "NhatKy.0.ThoiDiemKetThuc", NOW_S - 1, "NhatKy[0]"),
        ("log", LOG, "NhatKy", LOG["NhatKy"] * 2, ""),
        ("log", LOG, "ThoiDiemGui", NOW_S + 3, ""),
        ("ack", ACK, "TrangThaiGui", 1, ""),
        ("ack", ACK, "TrangThaiGui", False, "TrangThaiGui"),
    ],
)
def test_what_is_not_as_described_is_refused(
    kind: topics.Kind, data: dict[str, Any], place: str, value: Any, where: str
) -> None:
    refused = refusal(kind, changed(data, place, value))
    assert (refused.reason, refused.place) == ("field", where)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b'{"Id": 1, "Id": 2}',
        b'{"Id": NaN}',
        b'{"Id": 1e999}',
        b"\xff",
        b'{"Id": "\\ud800"}',
        b"[" * 5_000,
        wire(START)[:-1],
        wire(START) + b"{}",
    ],
)
def test_what_is_not_sound_json_is_refused(payload: bytes) -> None:
    for kind in topics.KINDS:
        assert refusal(kind, payload).reason in ("json", "size")


@pytest.mark.parametrize("kind", topics.KINDS)
def test_what_is_too_large_is_refused_unread(kind: topics.Kind) -> None:
    limit = topics.CHANNELS[kind].max_bytes
    assert refusal(kind, b" " * (limit + 1)).reason == "size"
    assert refusal(kind, b" " * limit).reason == "json"


def test_what_is_too_large_is_not_sent() -> None:
    command = Command(
        id="c1",
        source="H24",
        sent_s=NOW_S,
        expires_s=NOW_S + 1,
        status="Test",
        targets=Targets(devices=tuple(f"{number:064}" for number in range(1_000))),
        stop=Stopped(),
    )
    with pytest.raises(BadMessage, match="at most 65,536") as refused:
        encode(command)
    assert refused.value.reason == "size"


@pytest.mark.parametrize(
    ("kind", "data", "place"),
    [
        ("cmd", START, "ThoiDiemGui"),
        ("cmd", START, "HetHan"),
        ("ack", ACK, "ThoiDiem"),
        ("status", STATUS, "ThoiDiem"),
        ("log", LOG, "NhatKy.0.ThoiDiemBatDau"),
    ],
)
@pytest.mark.parametrize("factor", [1000, 1_000_000, 0.001])
def test_another_unit_of_time_is_told_apart(
    kind: topics.Kind, data: dict[str, Any], place: str, factor: float
) -> None:
    refused = refusal(kind, changed(data, place, int(NOW_S * factor)))
    assert refused.reason == "time-unit"
    assert "seconds since 1970" in str(refused)


def test_seconds_for_milliseconds_are_told_apart() -> None:
    refused = refusal("cmd", changed(START, "BanTin.KhongPhatTruocMs", NOW_S))
    assert refused.reason == "time-unit"
    assert "expected milliseconds" in str(refused)


@pytest.mark.parametrize(
    ("off_s", "reason"),
    [
        (0, None),
        (300, None),
        (301, "clock"),
        (HOURS_7_S - 301, "clock"),
        (HOURS_7_S - 40, "time-zone"),
        (HOURS_7_S, "time-zone"),
        (HOURS_7_S + 290, "time-zone"),
        (86_400, "clock"),
        (-86_400, None),
        (-86_401, "clock"),
    ],
)
def test_a_status_of_another_time_is_refused_by_name(off_s: int, reason: str | None) -> None:
    data = {**STATUS, "ThoiDiem": NOW_S + off_s}
    del data["ThoiDiemBatDau"]
    if reason is None:
        assert decode("status", wire(data), NOW_S * 1000).at_s == NOW_S + off_s
    else:
        assert refusal("status", wire(data), NOW_S * 1000).reason == reason


def test_a_log_by_local_time_is_refused_and_an_old_one_is_not() -> None:
    entry = LOG["NhatKy"][0]
    at_s = NOW_S + 2

    def shifted(by_s: int) -> bytes:
        times = {
            name: value + by_s * (1000 if name.endswith("Ms") else 1)
            for name, value in entry.items()
            if name.startswith("ThoiDiem")
        }
        return wire({"ThoiDiemGui": LOG["ThoiDiemGui"] + by_s, "NhatKy": [{**entry, **times}]})

    assert refusal("log", shifted(HOURS_7_S), NOW_S * 1000 + 60_000).reason == "time-zone"
    back_filled = decode("log", shifted(-30 * 86_400), NOW_S * 1000)
    assert back_filled.entries[0].from_ms == (at_s - 30 * 86_400) * 1000 + 120


def test_a_scheduled_play_begins_on_its_day_in_viet_nam() -> None:
    schedule = json.loads(encode(EXAMPLES["cmd"]["schedule"]))
    place = "ThemLichPhat.DanhSachBanTin.0.DanhSachNgayPhat.0.ThoiDiemPhat.0.ThoiGianBatDau"
    day = refusal("cmd", changed(schedule, place, 1_789_164_000 - 7 * 3_600))
    assert "expected an instant on 12-09-2026, UTC+7" in str(day)


def test_english_names_are_for_code_only() -> None:
    with pytest.raises(ValidationError):
        Ack(Id="c1", TrangThaiGui=0, ThoiDiem=NOW_S, at_s=NOW_S)
    assert refusal("ack", wire({"id": "c1", "result": 0, "at_s": NOW_S})).reason == "field"


@given(st.integers(1, 100_000_000))
def test_a_duration_in_words_counts_begun_seconds_in_full(duration_ms: int) -> None:
    assert duration_ms <= clock_ms(clock_text(duration_ms)) < duration_ms + 1_000


times = st.integers(NOW_S - 86_400, NOW_S)


@given(times, st.integers(0, 999), st.integers(0, 86_400_000), st.text(max_size=40))
def test_a_play_entry_keeps_its_times(
    started_s: int, rest_ms: int, length_ms: int, title: str
) -> None:
    from_ms = started_s * 1000 + rest_ms
    to_ms = from_ms + length_ms
    entry = PlayEntry(
        entry="1-1",
        boot="1",
        sequence=1,
        bulletin="b",
        media=3,
        priority=3,
        title=title,
        duration="00:01:00",
        started_s=started_s,
        started_ms=from_ms,
        ended_s=to_ms // 1000,
        ended_ms=to_ms,
        outcome="played",
        volume="80",
    )
    log = PlayLog(sent_s=to_ms // 1000, entries=(entry,))
    assert decode("log", encode(log)) == log
    assert (entry.from_ms, entry.to_ms) == (from_ms, to_ms)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@given(st.sampled_from(ALL), st.data())
def test_a_damaged_message_is_refused_or_sound(parameters: Any, data: st.DataObject) -> None:
    kind, message = parameters.values
    tree = json.loads(encode(message))
    nodes = [tree]
    while nodes[-1]:
        inner = [value for value in nodes[-1].values() if isinstance(value, dict)]
        if not inner or data.draw(st.booleans()):
            break
        nodes.append(data.draw(st.sampled_from(inner)))
    name = data.draw(st.sampled_from([*sorted(nodes[-1]), "more"]))
    nodes[-1][name] = data.draw(json_values)
    payload = json.dumps(tree).encode()
    if read := good_or_refused(kind, payload):
        assert decode(kind, encode(read)) == read


@given(st.sampled_from(topics.KINDS), st.binary(max_size=200))
def test_any_bytes_are_refused_in_one_line(kind: topics.Kind, payload: bytes) -> None:
    assert str(refusal(kind, payload)).startswith(f"{kind}: ")
