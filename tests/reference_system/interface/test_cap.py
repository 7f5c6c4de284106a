from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_system.interface.cap import (
    Alert,
    AlertArea,
    BadCap,
    CapDraft,
    CapText,
    Info,
    NoBulletin,
    Reference,
    Resource,
    alert_of,
    bulletin_draft,
    read,
    write,
)
from scenarios import territory
from scenarios.scenario import CLASSES, Area

STORM = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>VN-KTTV-2022-09-27-01</identifier>
  <sender>dubao@example.vn</sender>
  <sent>2022-09-27T20:00:00+07:00</sent>
  <status>Actual</status>
  <msgType>Update</msgType>
  <scope>Public</scope>
  <references>dubao@example.vn,VN-KTTV-2022-09-26-09,2022-09-26T23:00:00+07:00</references>
  <info>
    <language>en-US</language>
    <category>Met</category>
    <event>Typhoon</event>
    <urgency>Immediate</urgency>
    <severity>Extreme</severity>
    <certainty>Likely</certainty>
    <expires>2022-09-28T13:00:00+00:00</expires>
    <area><areaDesc>Bình Định</areaDesc>
      <geocode><valueName>VN-2022</valueName><value>52</value></geocode></area>
  </info>
  <info>
    <language>vi-VN</language>
    <category>Met</category>
    <event>Bão</event>
    <urgency>Immediate</urgency>
    <severity>Extreme</severity>
    <certainty>Likely</certainty>
    <expires>2022-09-28T20:00:00+07:00</expires>
    <headline>Bão số 4 &amp; gió mạnh</headline>
    <instruction>Ở trong nhà.</instruction>
    <area><areaDesc>Bình Định</areaDesc>
      <geocode><valueName>VN-2022</valueName><value>52</value></geocode></area>
  </info>
</alert>
"""


def at(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * 1000  # type: ignore[misc] # six numbers


def test_an_alert_becomes_a_draft() -> None:
    assert bulletin_draft(read(STORM.encode())) == CapDraft(
        identifier="VN-KTTV-2022-09-27-01",
        sender="dubao@example.vn",
        sent_ms=at(2022, 9, 27, 13),
        status="Actual",
        message="Update",
        references=(Reference("dubao@example.vn", "VN-KTTV-2022-09-26-09", at(2022, 9, 26, 16)),),
        bulletin_class="emergency",
        severity=0,
        texts=(
            CapText("vi-VN", "Bão", "Bão số 4 & gió mạnh", None, "Ở trong nhà."),
            CapText("en-US", "Typhoon"),
        ),
        expires_ms=at(2022, 9, 28, 13),
        era="2022",
        area=Area(provinces=("52",)),
    )


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("Actual", "Real", "line 6: Element 'status'"),
        ("<scope>Public</scope>", "", "line 9: Element 'references'"),
        ("+07:00</sent>", "Z</sent>", "line 5: Element 'sent'"),
        ("27T20:00:00+07:00</sent>", "27T24:00:00+07:00</sent>", "line 5: "),
        ("2022-09-27T20", "2022-02-30T20", "line 5: Element 'sent'"),
        ("dubao@example.vn</sender>", "dự báo</sender>", "line 2: sender: 'dự báo' is not"),
        ("VN-KTTV-2022-09-27-01", "a,b", "line 2: identifier: 'a,b' is not"),
        (",2022-09-26T23:00:00+07:00", "", "line 9: references: "),
        (",2022-09-26T23:00:00+07:00", ",yesterday", "line 9: references: "),
        (",2022-09-26T23:00:00+07:00", ",2022-09-26T23:00:00", "line 9: references: "),
        ("cap:1.2", "cap:1.1", "line 2: Element"),
        ("</alert>", "", "Premature end"),
        ("<?xml", "<!DOCTYPE alert SYSTEM 'http://127.0.0.1/a.dtd'><?xml", "line 1: a DTD"),
        ("</alert>", "</alert><alert/>", "line 34: Extra content"),
        ("Typhoon", "\x01", "line 13: "),
    ],
)
def test_what_is_wrong_is_said_in_one_line(old: str, new: str, error: str) -> None:
    assert old in STORM
    with pytest.raises(BadCap) as bad:
        read(STORM.replace(old, new, 1).encode())
    assert error in str(bad.value)
    assert "\n" not in str(bad.value)


def test_an_update_without_references_is_refused() -> None:
    start, end = STORM.index("  <references>"), STORM.index("  <info>")
    with pytest.raises(BadCap, match="Update without references"):
        read((STORM[:start] + STORM[end:]).encode())


def test_size_encoding_and_depth_are_bounded() -> None:
    with pytest.raises(BadCap, match="longer than 900,000 bytes"):
        read(STORM.encode() + b" " * 900_000)
    with pytest.raises(BadCap, match="line 1: not UTF-8"):
        read(STORM.encode("utf-16"))
    with pytest.raises(BadCap, match="line 2: not UTF-8"):
        read(b"<a>\n\xff</a>")
    with pytest.raises(BadCap):
        read(b"<a>" * 200_000)


def test_no_entity_opens_a_file_and_none_grows() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    for subset in ('<!ENTITY x SYSTEM "file:///etc/hostname">', f'<!ENTITY l0 "ha">{laughs}'):
        doctype = f"?>\n<!DOCTYPE alert [{subset}]>"
        with pytest.raises(BadCap, match="line 2: a DTD"):
            read(STORM.replace("?>", doctype, 1).encode())
    with pytest.raises(BadCap, match="Entity 'x' not defined"):
        read(STORM.replace("Typhoon", "&x;").encode())


def test_comments_instructions_and_a_signature_are_passed_over() -> None:
    noisy = STORM.replace("Typhoon", "<!-- a -->Ty<?b c?>ph<![CDATA[oon]]>").replace(
        "</alert>",
        '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><info/></Signature>'
        '<info xmlns="http://www.w3.org/2000/09/xmldsig#"/></alert>',
    )
    assert read(noisy.encode()) == read(STORM.encode())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "System"}, "System"),
        ({"status": "Draft"}, "Draft"),
        ({"message": "Ack"}, "Ack"),
        ({"message": "Error"}, "Error"),
        ({"message": "Alert", "infos": ()}, "Alert"),
        ({"infos": ()}, "Update"),
    ],
)
def test_what_nobody_is_to_be_told_is_no_bulletin(change: dict[str, object], reason: str) -> None:
    with pytest.raises(NoBulletin) as none:
        bulletin_draft(replace(read(STORM.encode()), **change))
    assert none.value.reason == reason
    assert none.value.vi


def test_a_cancel_needs_only_its_references() -> None:
    cancel = replace(read(STORM.encode()), message="Cancel", infos=())
    draft = bulletin_draft(read(write(cancel)))
    assert (draft.message, draft.references) == ("Cancel", cancel.references)
    assert (draft.texts, draft.notes) == ((), ())


@pytest.mark.parametrize(
    ("urgency", "severity", "certainty", "bulletin_class"),
    [
        ("Immediate", "Extreme", "Observed", "emergency"),
        ("Expected", "Severe", "Likely", "emergency"),
        ("Immediate", "Extreme", "Possible", "priority"),
        ("Future", "Extreme", "Likely", "priority"),
        ("Immediate", "Minor", "Observed", "priority"),
        ("Future", "Moderate", "Likely", "normal"),
        ("Unknown", "Unknown", "Unknown", "normal"),
    ],
)
def test_others_say_no_class_so_it_is_weighed(
    urgency: str, severity: str, certainty: str, bulletin_class: str
) -> None:
    alert = read(STORM.encode())
    change = {"urgency": urgency, "severity": severity, "certainty": certainty}
    infos = tuple(replace(info, **change) for info in alert.infos)
    draft = bulletin_draft(replace(alert, infos=infos))
    assert draft.bulletin_class == bulletin_class
    assert (draft.severity is None) == (severity == "Unknown")


def notes_of(**change: object) -> dict[str, str]:
    alert = read(STORM.encode())
    vietnamese = replace(alert.infos[1], **change)
    draft = bulletin_draft(replace(alert, infos=(vietnamese,)))
    return {note.code: note.en for note in draft.notes}


def area(*geocodes: tuple[str, str], **shapes: tuple[str, ...]) -> tuple[AlertArea, ...]:
    return (AlertArea(description="Ở đây", geocodes=geocodes, **shapes),)


def test_an_operator_is_told_what_to_look_at() -> None:
    assert notes_of() == {}
    assert set(notes_of(severity="Unknown")) == {"severity-unknown"}
    assert set(notes_of(expires_ms=None)) == {"no-expiry"}
    assert set(notes_of(language="km")) == {"no-vietnamese"}
    assert set(notes_of(language=None)) == {"no-vietnamese"}
    assert set(notes_of(areas=())) == {"no-place"}
    shape = notes_of(areas=area(polygons=("38.47,-120.14 38.34,-119.95 38.52,-119.74",)))
    assert shape["shape"].endswith("Ở đây")
    assert "no-place" in shape


@pytest.mark.parametrize(
    ("geocodes", "era", "area_found", "unknown"),
    [
        ([("VN-2022", "540"), ("VN-2022", "21550")], "2022", {"540", "21550"}, None),
        ([("VN-2025-07", "52")], "2025-07", {"52"}, None),
        ([("VN-2022", "99999")], "2022", set(), "VN-2022 99999"),
        ([("VN-2025-07", "540")], "2025-07", set(), "VN-2025-07 540"),  # no districts any more
        ([("VN-1999", "52")], None, set(), "VN-1999 52"),
        ([("SAME", "006109")], None, set(), "SAME 006109"),
        ([("VN-2022", "52"), ("VN-2025-07", "52")], "2022", {"52"}, "VN-2025-07 52"),
        ([("TTCS-device", "loa-1")], None, {"loa-1"}, None),
    ],
)
def test_a_code_means_something_in_its_era_only(
    geocodes: list[tuple[str, str]], era: str | None, area_found: set[str], unknown: str | None
) -> None:
    alert = read(STORM.encode())
    info = replace(alert.infos[1], areas=area(*geocodes))
    draft = bulletin_draft(replace(alert, infos=(info,)))
    found = draft.area
    named = (*found.provinces, *found.districts, *found.communes, *found.devices)
    assert (draft.era, set(named)) == (era, area_found)
    told = {note.code: note.en for note in draft.notes}
    assert told.get("unknown-geocode", "").endswith(unknown or "")
    assert ("unknown-geocode" in told) == (unknown is not None)


def test_parts_that_differ_are_pointed_at() -> None:
    alert = read(STORM.encode())
    english = replace(alert.infos[0], severity="Minor")
    draft = bulletin_draft(replace(alert, infos=(english, alert.infos[1])))
    assert draft.severity == 0
    assert [note.code for note in draft.notes] == ["other-parts"]


def test_an_area_out_names_its_places() -> None:
    draft = replace(
        bulletin_draft(read(STORM.encode())), area=Area(provinces=("52",), communes=("21550",))
    )
    places = alert_of(draft).infos[0].areas[0]
    commune = territory.load("2022").communes["21550"].full_name
    assert places.description == f"Bình Định; {commune}"
    with pytest.raises(ValueError, match="era"):
        alert_of(replace(draft, era=None))


def test_what_cap_cannot_say_is_not_written() -> None:
    alert = read(STORM.encode())
    for change in (
        {"identifier": "a b"},
        {"source": "a\x00b"},
        {"status": "Real"},
        {"references": ()},
        {"sent_ms": 10**18},
    ):
        with pytest.raises(BadCap):
            write(replace(alert, **change))


def test_times_are_written_in_vietnamese_time_without_what_is_below_a_second() -> None:
    alert = replace(read(STORM.encode()), sent_ms=at(2022, 9, 27, 13) + 999)
    assert b"<sent>2022-09-27T20:00:00+07:00</sent>" in write(alert)


# What XML can hold; XML itself reads a carriage return written plainly as a line feed.
texts = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=20
) | st.sampled_from(["", " ", "a\nb\tc", "\r\n", "<&>\"']]>", "Ở trong nhà."])
names = st.from_regex(r"[A-Za-z0-9@._:ă-ỹ-]{1,20}", fullmatch=True)
instants = st.integers(0, 4_000_000_000).map(lambda second: second * 1000)
maybe_text = st.none() | texts
pairs = st.lists(st.tuples(texts, texts), max_size=2).map(tuple)
lists = st.lists(texts, max_size=2).map(tuple)
languages = st.sampled_from(["vi-VN", "vi", "en-US", "km", "hmn"])
references = st.builds(Reference, names, names, instants)
decimals = st.none() | st.decimals(-1000, 9000, places=2) | st.just(Decimal("1E+3"))
resources = st.builds(
    Resource,
    description=texts,
    mime_type=texts,
    size_bytes=st.none() | st.integers(0, 10**12),
    uri=st.none() | st.just("https://example.vn/a.mp3"),
    deref_uri=maybe_text,
    digest_sha1=maybe_text,
)
areas = st.builds(
    AlertArea,
    description=texts,
    polygons=lists,
    circles=lists,
    geocodes=pairs,
    altitude_ft=decimals,
    ceiling_ft=decimals,
)
infos = st.builds(
    Info,
    language=st.none() | languages,
    categories=st.lists(st.sampled_from(["Geo", "Met"]), min_size=1, max_size=3).map(tuple),
    event=texts,
    response_types=st.lists(st.sampled_from(["Shelter", "None"]), max_size=2).map(tuple),
    urgency=st.sampled_from(["Immediate", "Expected", "Future", "Past", "Unknown"]),
    severity=st.sampled_from(["Extreme", "Severe", "Moderate", "Minor", "Unknown"]),
    certainty=st.sampled_from(["Observed", "Likely", "Possible", "Unlikely", "Unknown"]),
    audience=maybe_text,
    event_codes=pairs,
    effective_ms=st.none() | instants,
    onset_ms=st.none() | instants,
    expires_ms=st.none() | instants,
    sender_name=maybe_text,
    headline=maybe_text,
    description=maybe_text,
    instruction=maybe_text,
    web=st.none() | st.just("https://example.vn/"),
    contact=maybe_text,
    parameters=pairs,
    resources=st.lists(resources, max_size=1).map(tuple),
    areas=st.lists(areas, max_size=2).map(tuple),
)
alerts = st.builds(
    Alert,
    identifier=names,
    sender=names,
    sent_ms=instants,
    status=st.sampled_from(["Actual", "Exercise", "System", "Test", "Draft"]),
    message=st.sampled_from(["Alert", "Update", "Cancel", "Ack", "Error"]),
    source=maybe_text,
    scope=st.sampled_from(["Public", "Restricted", "Private"]),
    restriction=maybe_text,
    addresses=maybe_text,
    codes=lists,
    note=maybe_text,
    references=st.lists(references, min_size=1, max_size=2).map(tuple),
    incidents=maybe_text,
    infos=st.lists(infos, max_size=2).map(tuple),
)


@settings(max_examples=60)
@given(alerts)
def test_out_and_in_again_is_the_same_alert(alert: Alert) -> None:
    written = write(alert)
    assert read(written) == alert
    assert write(read(written)) == written


@settings(max_examples=40)
@given(alerts)
def test_every_alert_is_a_draft_or_no_bulletin(alert: Alert) -> None:
    try:
        draft = bulletin_draft(alert)
    except NoBulletin:
        return
    assert len(draft.texts) == len(alert.infos)


cap_texts = st.builds(CapText, languages, texts, maybe_text, maybe_text, maybe_text)
codes_2022 = territory.load("2022")
places = st.builds(
    Area,
    everywhere=st.booleans(),
    provinces=st.lists(st.sampled_from(list(codes_2022.provinces)), unique=True, max_size=2),
    districts=st.lists(st.sampled_from(list(codes_2022.districts)), unique=True, max_size=2),
    communes=st.lists(st.sampled_from(list(codes_2022.communes)), unique=True, max_size=2),
    devices=st.lists(names, unique=True, max_size=2),
).map(
    lambda area: replace(
        area,
        provinces=tuple(area.provinces),
        districts=tuple(area.districts),
        communes=tuple(area.communes),
        devices=tuple(area.devices),
    )
)
drafts = st.builds(
    CapDraft,
    identifier=names,
    sender=names,
    sent_ms=instants,
    status=st.sampled_from(["Actual", "Exercise", "Test"]),
    message=st.sampled_from(["Alert", "Update", "Cancel"]),
    references=st.lists(references, min_size=1, max_size=2).map(tuple),
    bulletin_class=st.sampled_from(CLASSES),
    severity=st.none() | st.integers(0, 3),
    texts=st.lists(cap_texts, min_size=1, max_size=3).map(
        lambda some: tuple(sorted(some, key=lambda text: not text.language.startswith("vi")))
    ),
    not_before_ms=st.none() | instants,
    onset_ms=st.none() | instants,
    expires_ms=st.none() | instants,
    era=st.just("2022"),
    area=places,
)


@settings(max_examples=60)
@given(drafts)
def test_a_bulletin_out_and_in_again_is_the_same_bulletin(draft: CapDraft) -> None:
    again = bulletin_draft(read(write(alert_of(draft))))
    area = draft.area
    if not (area.everywhere or area.provinces or area.districts or area.communes):
        draft = replace(draft, era=None)
    assert replace(again, notes=()) == draft


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 1), st.sampled_from([b"", b"<", b"&#0;", b"\xff", b"9", b"</info>"])
        ),
        min_size=1,
        max_size=5,
    )
)
def test_mutated_bytes_give_an_alert_or_bad_cap(cuts: list[tuple[float, bytes]]) -> None:
    source = STORM.encode()
    for share, put in cuts:
        place = int(share * len(source))
        source = source[:place] + put + source[place + 3 :]
    try:
        alert = read(source)
    except BadCap as bad:
        told = str(bad)
    else:
        assert read(write(alert)) == alert
        return
    assert "\n" not in told


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_bad_cap(source: bytes) -> None:
    with pytest.raises(BadCap):
        read(source)
