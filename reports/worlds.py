"""The virtual world beside the live one, told to people: a sentence, and a table in rows."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from reports import figures
from reports.figures import NO_VALUE, exactly
from reports.words import TROUBLES, Language, figure, margin_figure
from scenarios.problems import one_line
from scenarios.scenario import Text

TITLE: Final = Text("Thế giới ảo bên thế giới thực", "The virtual world beside the live one")

COLUMNS: Final[tuple[Text, ...]] = (
    Text("Số so sánh", "Compared"),
    Text("Ảo", "Virtual"),
    Text("Thực", "Live"),
    Text("Lệch (±)", "Off by (±)"),
    Text("Kết quả", "Outcome"),
)

REMARK: Final = Text(
    "Cùng một phần của kịch bản, tính và chạy thật. Dung sai là lựa chọn của dự án này, và chênh "
    "một lượt luôn được phép; so sánh này không đổi kết luận về các chỉ tiêu.",
    "The same part of the scenario, computed and lived through. The tolerance is this project's "
    "own choice, and a difference of one observation is always allowed; this comparison does not "
    "change the verdict on the targets.",
)

_WHAT: Final[Mapping[str, Text]] = {
    "reach": Text("đã phát trong {} s", "heard within {} s"),
    "reach-end": Text("đã phát đến hết lần chạy", "heard to the end of the run"),
    "online": Text("trực tuyến lúc phát lệnh", "online at issue"),
    "programme-complete": Text("chương trình phát trọn vẹn", "programme heard whole"),
    "availability": Text("mức sẵn sàng của thiết bị", "availability of devices"),
    "returns-per-second": Text(
        "thiết bị trở lại trong một giây, nhiều nhất", "most devices that returned in one second"
    ),
}
_OUTCOMES: Final[Mapping[bool | None, Text]] = {
    True: Text("trong", "within"),
    False: Text("VƯỢT", "BEYOND"),
    None: Text("không xét", "not judged"),
}
_NAMED: Final = 3


def sentence(worlds: Mapping[str, Any]) -> Text:
    """Whether the worlds are near each other, and what is not."""
    judged = [one for one in worlds["measures"] if one["judged"]]
    beyond = [one for one in judged if not one["within"]]
    names = [what(one) for one in beyond[:_NAMED]]
    more = ["…"] if len(beyond) > _NAMED else []
    if beyond:
        vi = f"VƯỢT dung sai ở {len(beyond)}/{len(judged)} số"
        en = f"BEYOND the tolerance in {len(beyond)} of {len(judged)} figures"
        vi += f": {'; '.join([name.vi for name in names] + more)}"
        en += f": {'; '.join([name.en for name in names] + more)}"
    else:
        vi = f"trong dung sai ở cả {len(judged)} số"
        en = f"within the tolerance in all {len(judged)} figures"
    vi, en = f"Thế giới thực so với thế giới ảo: {vi}.", f"The live world and the virtual: {en}."
    if not worlds["tolerance"]["time_judged"]:
        vi += " Thời gian bị co giãn, nên không xét tốc độ."
        en += " Time was scaled, so that speed is not judged."
    kinds = dict.fromkeys(one["kind"] for one in worlds.get("not_modelled", ()))
    if kinds:
        vi += f" Thế giới ảo không mô phỏng: {', '.join(TROUBLES[kind].vi for kind in kinds)}."
        en += f" The virtual world does not model: {', '.join(TROUBLES[k].en for k in kinds)}."
    return Text(one_line(vi), one_line(en))


def what(measure: Mapping[str, Any]) -> Text:
    """What was compared, with the bulletin that it is about."""
    words = _WHAT[measure["what"]]
    of = f"{measure['bulletin']}: " if measure["bulletin"] is not None else ""
    seconds = measure["at_s"]
    return Text(one_line(of + words.vi.format(seconds)), one_line(of + words.en.format(seconds)))


def rows(worlds: Mapping[str, Any], language: Language) -> Sequence[tuple[str, ...]]:
    """A row for each measure, by `COLUMNS`; a cell's second line has the counts."""
    return [_row(measure, language) for measure in worlds["measures"]]


def _row(measure: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    virtual, live = measure["virtual"], measure["live"]
    allowed = margin_figure(exactly(measure["allowed"]), "share", language).removeprefix("+")
    return (
        getattr(what(measure), language),
        *(_share(measure["what"], world, language) for world in (virtual, live)),
        f"{_difference(virtual, live, language)}\n(±{allowed})",
        getattr(_OUTCOMES[measure["within"]], language),
    )


def _share(what: str, so_many: Mapping[str, int], language: Language) -> str:
    count, of = so_many["count"], so_many["of"]
    if not of:
        return NO_VALUE
    if what == "availability":  # of time, which nobody counts in pieces
        return figures.share(count, of, language)
    counts = "/".join(figure(number, "count", language) for number in (count, of))
    return f"{figures.share(count, of, language)}\n({counts})"


def _difference(virtual: Mapping[str, int], live: Mapping[str, int], language: Language) -> str:
    if not (virtual["of"] and live["of"]):
        return NO_VALUE
    difference = Fraction(live["count"], live["of"]) - Fraction(virtual["count"], virtual["of"])
    return margin_figure(difference, "share", language)
