"""The targets and the script that the pages for people show are as the readers want them."""

import re
from pathlib import Path
from typing import get_args

import pytest

from conformance.sources import target
from conformance.sources.by_hand import browser_script
from conformance.sources.by_hand.hands import ASKED
from scenarios import strict_yaml, territory

DOCS = Path(__file__).parents[3] / "docs/how-to"


def examples(page, having):
    text = (DOCS / page).read_text("utf-8")
    return [each for each in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if having in each]


@pytest.fixture
def folder(tmp_path):
    codes = [each.code for each in territory.load("2022").communes_of(province="52")[:4]]
    rows = [f"loa-{n},{codes[n % 3]},bi-mat" for n in range(8)] + [f"loa-8,{codes[3]},bi-mat"]
    (tmp_path / "devices.csv").write_text("\n".join(["device,commune,secret", *rows]))
    for name in ("soan.password", "duyet.password"):
        (tmp_path / name).write_text("một mật khẩu\n")
    (tmp_path / "duyet.totp").write_text("JBSWY3DPEHPK3PXP\n")
    return tmp_path


@pytest.mark.parametrize("dialect", ["questions", "browser"])
def test_each_way_has_a_target(folder, dialect):
    (text,) = examples("certify-a-source-system.md", f"dialect: {dialect}\n")
    found = target.parse(strict_yaml.parse("target.yaml", text.encode()), folder)
    assert found.dialect == dialect
    assert (found.hands.asking is None) == (dialect == "browser")


def test_the_script_and_its_steps():
    (text,) = examples("write-an-operator-half.md", "acts:\n")
    script = browser_script.parse(strict_yaml.parse("script.yaml", text.encode()))
    assert script.cases == {"source-approval", "source-emergency-one-commune"}
    page = (DOCS / "write-an-operator-half.md").read_text("utf-8")
    steps = ("read", "rows", "if", "there", "each", "every", "fill", "select")
    told = [*get_args(browser_script.OnOne), *steps]
    assert [step for step in told if f"`{step}`" not in page] == []


def test_the_cases_of_questions_are_named():
    page = (DOCS / "certify-a-source-system.md").read_text("utf-8")
    (row,) = [line for line in page.splitlines() if line.startswith("| `questions`")]
    assert {*re.findall(r"`(source-[a-z-]+)`", row)} == ASKED
