"""Suggestions: likely clauses first, always the same, and none where nothing is alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.clauses import ledger
from conformance.tender.suggestions import LEAST_SCORE, MOST, Suggesting

SUGGESTING = Suggesting(ledger())


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("Lệnh hủy làm tắt tiếng đang phát và ngăn các lượt chưa phát", "PROFILE-CANCEL"),
        ("LENH HUY lam tat tieng dang phat", "PROFILE-CANCEL"),
        ("Từ chối lệnh không có chữ ký hoặc sai chữ ký", "PROFILE-SIGNED"),
        ("Bộ khuếch đại tự tắt khi không có tiếng", "PROFILE-AMPLIFIER"),
        ("Rơ-le bảo vệ khi mất pha", "TT39-C9-PHASE"),
        ("Chuyển văn bản thành giọng nói", "PLAN-BD-TTS"),
    ],
)
def test_the_likeliest_is_first(text, clause):
    assert SUGGESTING.of(text)[0].clause == clause


@pytest.mark.parametrize("text", ["", "xyz qwerty", "Bảo hành 24 tháng tại chỗ", "1 2 3"])
def test_nothing_is_suggested_of_what_is_not_alike(text):
    assert SUGGESTING.of(text) == ()


@given(st.sampled_from(sorted(ledger())).filter(lambda name: ledger()[name].level != "INFO"))
def test_a_clause_is_most_like_itself(name):
    first = SUGGESTING.of(ledger()[name].requirement.vi)[0]
    assert first.score == 1
    assert ledger()[first.clause].requirement.vi == ledger()[name].requirement.vi


@given(st.text(max_size=300))
def test_few_in_order_within_bounds_and_binding(text):
    found = SUGGESTING.of(text)
    assert found == Suggesting(dict(ledger())).of(text)
    assert len(found) <= MOST
    assert all(LEAST_SCORE <= each.score <= 1 for each in found)
    assert sorted(found, key=lambda each: -each.score) == list(found)
    assert all(ledger()[each.clause].level != "INFO" for each in found)
