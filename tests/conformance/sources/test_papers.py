"""The document that the harness sends is a whole PDF."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.sources.papers import pdf


@given(st.text(max_size=200))
def test_every_part_is_where_its_table_says(title):
    file = pdf(title)
    assert file.startswith(b"%PDF-")
    assert file.endswith(b"%%EOF\n")
    start = int(re.search(rb"startxref\n([0-9]+)\n", file)[1])
    assert file[start:].startswith(b"xref\n")
    places = [int(each) for each in re.findall(rb"([0-9]{10}) 00000 n", file[start:])]
    assert len(places) == 5
    for number, place in enumerate(places, 1):
        assert file[place:].startswith(b"%d 0 obj\n" % number)
    length, shown = re.search(rb"/Length ([0-9]+) >>\nstream\n(.*)\nendstream", file, re.S).groups()
    assert int(length) == len(shown)


@pytest.mark.parametrize(
    ("title", "shown"),
    [("Thử nghiệm: đề (1)", b"(Thu nghiem: de 1)"), ("\\", b"()")],
)
def test_it_says_its_title_without_accents(title, shown):
    assert b"Td %b Tj" % shown in pdf(title)
