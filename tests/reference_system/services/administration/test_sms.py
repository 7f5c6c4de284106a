import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_system.services.administration.sms import (
    JOINED,
    SINGLE,
    cut_at_a_word,
    encoding_of,
    segments,
    sms,
)

GSM = "abcdefghijklmnopqrstuvwxyz 0123456789éèàùìòÇ"


@pytest.mark.parametrize(
    ("text", "encoding", "number"),
    [
        ("", "gsm-7", 1),
        ("a" * 160, "gsm-7", 1),
        ("a" * 161, "gsm-7", 2),
        ("a" * 306, "gsm-7", 2),
        ("a" * 307, "gsm-7", 3),
        ("€" * 80, "gsm-7", 1),
        ("€" * 81, "gsm-7", 2),
        ("à" * 160, "gsm-7", 1),  # one of the few letters that both alphabets have
        ("bão", "ucs-2", 1),
        ("ã" * 70, "ucs-2", 1),
        ("ã" * 71, "ucs-2", 2),
        ("ã" * 134, "ucs-2", 2),
        ("ã" * 135, "ucs-2", 3),
        ("đ" + "a" * 69, "ucs-2", 1),
        ("🌀" * 35, "ucs-2", 1),
        ("🌀" * 36, "ucs-2", 2),
        ("🌀" * 67, "ucs-2", 3),  # 33 whole ones fit in 67 units
        ("a" + "€" * 80, "gsm-7", 2),
    ],
)
def test_segments(text, encoding, number):
    assert encoding_of(text) == encoding
    assert segments(text, encoding) == number


def test_decomposed_letters_are_composed_first():
    assert sms("bão", 1).text == "bão"
    assert sms("à" * 160, 1).encoding == "gsm-7"


@given(st.text(st.sampled_from(GSM + "ạảãăắđêệ🌀€{}\n"), max_size=600), st.integers(1, 4))
def test_a_text_fits_or_is_cut(text, most):
    short = sms(text, most)
    assert segments(short.text, short.encoding) == short.segments <= most
    assert encoding_of(short.text) == short.encoding
    if short.cut:
        assert short.text.endswith("...")
        assert text.startswith(short.text[:-3])
    else:
        assert short.text == text


@given(st.text(st.sampled_from(GSM + "ạ€"), max_size=700))
def test_segments_by_their_definition(text):
    encoding = encoding_of(text)
    units = sum(2 if encoding == "gsm-7" and letter == "€" else 1 for letter in text)
    number = segments(text, encoding)
    if units <= SINGLE[encoding]:
        assert number == 1
    else:
        assert (number - 1) * (JOINED[encoding] - 1) < units <= number * JOINED[encoding]


@given(st.text(max_size=200), st.integers(4, 100))
def test_characters(text, most):
    kept, cut = cut_at_a_word(text, most)
    assert len(kept) <= most
    assert cut == kept.endswith("...") or not cut
