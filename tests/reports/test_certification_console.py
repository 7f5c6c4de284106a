"""What the terminal says of a certification."""

import io

import pytest
from rich.console import Console

from reports.certification_console import results as told


@pytest.fixture(scope="module")
def failed(certified_of):
    return certified_of("H09").results


def said(results):
    console = Console(file=io.StringIO(), width=120)
    console.print(told(results, "out"))
    return console.file.getvalue()


def test_a_failure_names_what_tries_it_again(failed):
    assert "ttcs certify --replay out " in said(failed)


def test_a_source_system_cannot_be_replayed(failed):
    system = failed | {"role": "source-system-province", "emulated": False}
    text = said(system)
    assert "--replay" not in text
    assert "ttcs certify --role source-system --target TARGET.yaml --case " in text
