from pathlib import Path

import pytest

from scenarios import loader as files
from scenarios.rollout import loader

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to"


def stock(folder: Path, name: str) -> tuple[object, ...]:
    (folder / name).write_bytes((HOW_TO / name).read_bytes())
    text = files.find("binh-dinh-2022-2025").read_text("utf-8")
    text = text.replace("stock: {generate", f"stock: {{file: {name}, generate")
    read = loader.parse(str(folder / "p.yaml"), text.encode())
    assert read.warnings == ()
    return read.plan.stations, read.plan.communes, read.plan.notes


def test_the_examples_are_read_and_are_the_same(tmp_path: Path) -> None:
    of_csv = stock(tmp_path, "stations.csv")
    assert of_csv == stock(tmp_path, "stations.xlsx")
    *_, notes = of_csv
    assert isinstance(notes, tuple)
    assert [note.en for note in notes[:2]] == [
        "152 communes that the stock table does not have are generated.",
        "7 stations of the stock table are marked there as generated.",
    ]


@pytest.mark.parametrize("page", ["reference/rollout-file.md"])
def test_the_example_of_the_page_is_a_plan(page: str) -> None:
    text = (HOW_TO.parent / page).read_text("utf-8")
    example = text.partition("```yaml\n")[2].partition("```")[0]
    assert loader.parse(page, example.encode()).warnings == ()
