"""What changed between two runs, told to people: for a terminal, and in sections for a page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as Line

from conformance.verdicts import Verdict
from reports import figures, worlds
from reports.comparison_words import entry_name, measure_name
from reports.figures import NO_VALUE, exactly
from reports.words import NEVER, VERDICTS, Language, figure
from scenarios.problems import one_line, shortened
from scenarios.scenario import Text

CHANGES: Final[Mapping[str, Text]] = {
    "worse": Text("kém đi", "worse"),
    "better": Text("tốt lên", "better"),
    "margin-shrank": Text("chênh lệch giảm", "margin shrank"),
    "margin-grew": Text("chênh lệch tăng", "margin grew"),
    "new": Text("mới có", "new"),
    "missing": Text("không còn", "missing"),
    "other-verdict": Text("kết luận khác", "other verdict"),
    "changed": Text("thay đổi", "changed"),
    "same": Text("như cũ", "same"),
}

_SAME: Final = Text("Hai lần chạy như nhau.", "The two runs are the same.")
_DIFFERENT: Final = Text("Hai lần chạy khác nhau.", "The two runs differ.")
_BEFORE: Final = Text("Trước", "Before")
_AFTER: Final = Text("Sau", "After")
_WHAT: Final = Text("Mục", "What")
_CHANGE: Final = Text("Thay đổi", "Change")
_VERDICT: Final = Text("Kết luận", "Verdict")
_NO_COMMUNES: Final = Text(
    "Không so được từng xã: có lần chạy thiếu bảng theo xã.",
    "Communes are not compared: a run has no table of them.",
)

_NOT_COUNTS: Final = {"seed"}
_SHOWN_OF_A_HASH: Final = 12
_LONGEST_NAME: Final = 26


@dataclass(frozen=True, slots=True)
class Section:
    """A table with its heading; `remark` is what there is to say beside it or in its stead.

    `worlds` is the comparison of two worlds whose curves there are to draw, `curves` are those of
    two plans.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    remark: str = ""
    worlds: Mapping[str, Any] | None = None
    curves: Sequence[Mapping[str, Any]] = ()


def heading(comparison: Mapping[str, Any], language: Language) -> str:
    """Whether the runs are the same, in one sentence."""
    return _in(language, _SAME if comparison["same"] else _DIFFERENT)


def sections(comparison: Mapping[str, Any], language: Language) -> tuple[Section, ...]:
    """All that changed, the weightiest first; what did not change is left out."""
    parts = (
        _runs(comparison, language),
        *_worlds(comparison.get("worlds"), language),
        _targets(comparison["targets"], language),
        _bulletins(comparison["bulletins"], language),
        _communes(comparison["communes"], language),
        _measures(comparison["measures"], language),
        _values(Text("Lần chạy", "The run"), comparison["run"], language),
        _values(Text("Thiết bị", "The fleet"), comparison["fleet"], language),
        _values(Text("Số đếm khác", "Other counts"), comparison["totals"], language),
    )
    return tuple(part for part in parts if part.rows or part.remark)


def tables(comparison: Mapping[str, Any], language: Language) -> RenderableType:
    """The comparison for a `rich` console of at least 80 columns."""
    return tables_of(heading(comparison, language), sections(comparison, language))


def tables_of(heading: str, sections: Sequence[Section]) -> RenderableType:
    """Any comparison for such a console."""
    shown: list[RenderableType] = [Line(heading, style="bold")]
    for section in sections:
        shown += [Line(), Line(section.title, style="bold")]
        if section.remark:
            shown.append(Line(section.remark))
        if section.rows:
            shown.append(_table(section))
    return Group(*shown)


def against_baseline(comparison: Mapping[str, Any]) -> Iterator[str]:
    """What to look at since an older run, a line each, in both languages.

    A target that is as it was, or met by a larger margin, is only counted among other changes.
    """
    place = comparison["old"]["place"]
    yield f"So với {place}: / Against {place}:"
    named = [t for t in comparison["targets"] if t["change"] not in ("margin-grew", "changed")]
    for target in named:
        word = CHANGES[target["change"]]
        vi, en = (_since(target, language) for language in _LANGUAGES)
        yield f"  {target['id']}: {word.vi} / {word.en}: {vi} / {en}"
    if not named:
        yield "  không chỉ tiêu nào kém đi hay khác đi / no target worse or otherwise judged"
    rest = {**comparison, "targets": len(comparison["targets"]) - len(named)}
    if others := [name for name in _OTHERS if _has_changed(rest[name])]:
        vi, en = (", ".join(_in(language, _OTHERS[o]) for o in others) for language in _LANGUAGES)
        yield f"  cũng thay đổi / also changed: {vi} / {en}"


_LANGUAGES: Final[tuple[Language, ...]] = ("vi", "en")

_OTHERS: Final[Mapping[str, Text]] = {
    "targets": Text("chỉ tiêu", "targets"),
    "bulletins": Text("bản tin", "bulletins"),
    "communes": Text("xã", "communes"),
    "measures": Text("số đo", "measurements"),
    "run": Text("lần chạy", "the run"),
    "fleet": Text("thiết bị", "the fleet"),
    "totals": Text("số đếm khác", "other counts"),
}


def _has_changed(part: Any) -> bool:
    if isinstance(part, dict):
        return any(part[name] for name in ("changed", "new", "missing"))
    return bool(part)


def _since(target: Mapping[str, Any], language: Language) -> str:
    """From the old verdict to the new, with the margins where there are some."""
    told = []
    for side in ("old", "new"):
        if judged := target[side]:
            margin = figures.margin({**target, **judged}, language)
            word = _in(language, VERDICTS[Verdict(judged["verdict"])])
            told.append(word if margin == NO_VALUE else f"{word} ({margin})")
    return " → ".join(told)


def _runs(comparison: Mapping[str, Any], language: Language) -> Section:
    old, new = comparison["old"], comparison["new"]
    rows: list[tuple[str, ...]] = [
        (_in(language, Text("thư mục", "folder")), old["place"], new["place"]),
        (
            _in(language, Text("kịch bản", "scenario")),
            one_line(old["title"][language]),
            one_line(new["title"][language]),
        ),
        (
            _in(language, _VERDICT),
            *(
                _in(language, VERDICTS[Verdict(comparison["verdict"][side]["verdict"])])
                for side in ("old", "new")
            ),
        ),
    ]
    return _section(Text("Hai lần chạy", "The two runs"), (_WHAT, _BEFORE, _AFTER), rows, language)


def _worlds(beside: Mapping[str, Any] | None, language: Language) -> Iterator[Section]:
    if beside is not None:
        near, remark = (_in(language, said) for said in (worlds.sentence(beside), worlds.REMARK))
        told = _section(worlds.TITLE, worlds.COLUMNS, worlds.rows(beside, language), language)
        yield Section(told.title, told.columns, told.rows, f"{near} {remark}", beside)


def _targets(targets: Sequence[Mapping[str, Any]], language: Language) -> Section:
    rows = [
        (
            f"{target['id']}\n{one_line(target['title'][language])}",
            _in(language, CHANGES[target["change"]]),
            _judged(target, "old", language),
            _judged(target, "new", language),
        )
        for target in targets
    ]
    columns = (Text("Chỉ tiêu", "Target"), _CHANGE, _BEFORE, _AFTER)
    return _section(Text("Chỉ tiêu", "Targets"), columns, rows, language)


def _judged(target: Mapping[str, Any], side: str, language: Language) -> str:
    """Verdict, value and limit, margin and sample, a line each."""
    if target[side] is None:
        return NO_VALUE
    judged = {**target, **target[side]}
    return "\n".join(
        (
            _in(language, figures.standing(judged)),
            f"{figures.measured(judged, language)} ({figures.limit(judged, language)})",
            figures.margin(judged, language),
            f"n = {figure(judged['sample'], 'count', language)}",
        )
    )


def _bulletins(bulletins: Sequence[Mapping[str, Any]], language: Language) -> Section:
    rows = [
        (
            bulletin["id"],
            _in(language, CHANGES[bulletin["change"]]),
            *(_reach(bulletin[side], language) for side in ("old", "new")),
            *(_p95(bulletin[side], language) for side in ("old", "new")),
        )
        for bulletin in bulletins
    ]
    columns = (
        Text("Bản tin", "Bulletin"),
        _CHANGE,
        Text("Phát được, trước", "Heard, before"),
        Text("Phát được, sau", "Heard, after"),
        Text("P95 trước", "P95 before"),
        Text("P95 sau", "P95 after"),
    )
    remark = Text(
        "Phát được: trong các lượt mà thiết bị trực tuyến khi có lệnh. "
        "P95: từ khi có lệnh đến tiếng đầu tiên.",
        "Heard: of the device-plays online at issue. P95: from issue to the first sound.",
    )
    return _section(Text("Bản tin", "Bulletins"), columns, rows, language, remark)


def _reach(bulletin: Mapping[str, Any] | None, language: Language) -> str:
    if bulletin is None:
        return NO_VALUE
    return _share(bulletin["heard_online"], bulletin["online"], language)


def _share(count: int, of: int, language: Language) -> str:
    counts = "/".join(figure(number, "count", language) for number in (count, of))
    return f"{figure(Fraction(count, of), 'share', language, 1)}\n({counts})" if of else counts


def _p95(bulletin: Mapping[str, Any] | None, language: Language) -> str:
    if bulletin is None or bulletin["latency_ms"]["p95"] is None:
        return NO_VALUE
    return figure(bulletin["latency_ms"]["p95"], "ms", language)


def _communes(communes: Mapping[str, Any] | None, language: Language) -> Section:
    title = Text("Xã", "Communes")
    if communes is None:
        return Section(_in(language, title), (), (), _in(language, _NO_COMMUNES))
    if not _has_changed(communes):
        return Section(_in(language, title), (), ())
    counts = {
        name: figure(communes[name], "count", language)
        for name in ("compared", "changed", "worse", "better", "new", "missing")
    }
    remark = Text(
        "So {compared} cặp xã và bản tin: {changed} thay đổi, trong đó {worse} phát được ít đi, "
        "{better} nhiều lên; {new} cặp mới có, {missing} không còn.",
        "Of {compared} pairs of a commune and a bulletin {changed} changed: {worse} are heard "
        "less, {better} more; {new} are new, {missing} are missing.",
    )
    rows = [
        (
            f"{row['name']} ({row['commune']})",
            row["bulletin"],
            *(
                _share(row[side]["heard"], row[side]["addressed"], language)
                for side in ("old", "new")
            ),
        )
        for row in communes["worst"]
    ]
    columns = (Text("Xã", "Commune"), Text("Bản tin", "Bulletin"), _BEFORE, _AFTER)
    found = _section(title, columns, rows, language)
    return Section(found.title, found.columns, found.rows, _in(language, remark).format(**counts))


def _measures(measures: Sequence[Mapping[str, Any]], language: Language) -> Section:
    rows = [
        (
            f"{_in(language, measure_name(measure['id']))}\n{measure['id']}",
            _measured(measure["old"], language),
            _measured(measure["new"], language),
        )
        for measure in measures
    ]
    columns = (Text("Số đo", "Measurement"), _BEFORE, _AFTER)
    return _section(Text("Số đo", "Measurements"), columns, rows, language)


def _measured(measure: Mapping[str, Any] | None, language: Language) -> str:
    if measure is None:
        return NO_VALUE
    sample = f"n = {figure(measure['sample'], 'count', language)}"
    if measure["value"] is None:
        return f"{_in(language, NEVER) if measure['unbounded'] else NO_VALUE}, {sample}"
    return f"{figure(exactly(measure['value']), measure['unit'], language, 1)}, {sample}"


def _values(title: Text, changes: Sequence[Mapping[str, Any]], language: Language) -> Section:
    rows = [
        (
            _in(language, entry_name(change["what"])),
            _value(change["what"], change["old"], language),
            _value(change["what"], change["new"], language),
        )
        for change in changes
    ]
    return _section(title, (_WHAT, _BEFORE, _AFTER), rows, language)


def _value(what: str, value: Any, language: Language) -> str:
    match value:
        case None:
            return NO_VALUE
        case str() if what.endswith("sha256"):
            return f"{one_line(value[:_SHOWN_OF_A_HASH])}…"
        case bool() | str():
            return shortened(one_line(str(value)))
        case int() if what.endswith("_ms"):
            return figure(value, "ms", language)
        case int() if what not in _NOT_COUNTS:
            return figure(value, "count", language)
    return str(value)


def _section(
    title: Text,
    columns: Sequence[Text],
    rows: Sequence[tuple[str, ...]],
    language: Language,
    remark: Text | None = None,
) -> Section:
    return Section(
        _in(language, title),
        tuple(_in(language, column) for column in columns),
        tuple(tuple(map(_printable, row)) for row in rows),
        _in(language, remark) if remark and rows else "",
    )


def _printable(text: str) -> str:
    return "\n".join(map(one_line, text.split("\n")))


def _in(language: Language, text: Text) -> str:
    return text.vi if language == "vi" else text.en


def _table(section: Section) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    first, *others = section.columns
    # A name is not broken to make room for what explains it.
    named = max(len(row[0].partition("\n")[0]) for row in section.rows)
    table.add_column(first, overflow="fold", min_width=min(named, _LONGEST_NAME))
    for column in others:
        table.add_column(column, overflow="fold")
    for row in section.rows:
        table.add_row(*map(Line, row))
    return table
