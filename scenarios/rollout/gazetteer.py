"""Communes found by what a table says of them: a code, or a name and its district."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from scenarios import territory
from scenarios.problems import shown
from scenarios.rollout.names import Level, Named, bare, meant, plain
from scenarios.schema import did_you_mean

_MOST_NAMED = 4


class NotFound(Exception):
    """No commune, or several: the column that is at fault, what it is, what was expected."""

    def __init__(self, column: str, wrong: str, expected: str, hint: str | None = None) -> None:
        """`column` is province, district, commune or code."""
        super().__init__(wrong)
        self.column = column
        self.wrong = wrong
        self.expected = expected
        self.hint = hint


class Gazetteer:
    """The communes of some provinces of one era."""

    def __init__(self, era: str, provinces: Sequence[str]) -> None:
        """The provinces by code."""
        self._era = territory.load(era)
        self._provinces = _Index(Named(code, "", self._era.provinces[code]) for code in provinces)
        self._districts = _Index(
            Named(d.code, d.kind, d.name)
            for d in self._era.districts.values()
            if d.province in provinces
        )
        self._communes = {c.code: c for c in self._era.communes.values() if c.province in provinces}
        self._named = _Index(Named(c.code, c.kind, c.name) for c in self._communes.values())

    def commune(self, code: str, name: str, district: str, province: str) -> str:
        """The code of the commune that a row means; raises `NotFound`.

        Where there is a code, the name only has to agree with it.
        """
        if code:
            return self._by_code(code, name)
        provinces = self._among("province", province, self._provinces) if province else None
        inside = district if self._districts.by_code else ""
        districts = self._among("district", inside, self._districts) if inside else None

        def named(plain_name: str) -> list[Named]:
            return [
                place
                for place in self._named.by_plain_name.get(plain_name, ())
                if (provinces is None or self._communes[place.code].province in provinces)
                and (districts is None or self._communes[place.code].district in districts)
            ]

        found = meant("commune", name, named)
        if not found:
            where = f"the district {shown(inside)}" if inside else "the plan"
            expected = f"the name of a commune of {where} in era {self._era.era}"
            known = (commune.name for commune in self._communes.values())
            raise NotFound("commune", shown(name), expected, did_you_mean(name, known))
        if len(found) > 1:
            several = ", ".join(self._told(place.code) for place in found[:_MOST_NAMED])
            wrong = f"{shown(name)}, the name of {len(found)} communes: {several}"
            raise NotFound("commune", wrong, "a name that is one's own, or the code beside it")
        return found[0].code

    def is_district(self, text: str) -> bool:
        """Whether the text names a district together with its kind, as the head of a group does."""
        return bool(bare("district", text)[1]) and bool(self._districts.find("district", text))

    def name(self, code: str) -> str:
        """The name of a commune, with its kind."""
        commune = self._communes[code]
        return f"{commune.kind.capitalize()} {commune.name}"

    def _by_code(self, written: str, name: str) -> str:
        code = written.zfill(5)
        if code not in self._communes:
            expected = f"the code of a commune of the plan in era {self._era.era}"
            raise NotFound("code", shown(written), expected)
        own = self._communes[code].name
        if name and plain(own) not in (plain(name), bare("commune", name)[0]):
            raise NotFound("commune", shown(name), f"{own}, the commune of code {code}")
        return code

    def _among(self, level: Level, written: str, places: "_Index") -> set[str]:
        found = places.find(level, written)
        if not found:
            expected = f"a {level} of the plan in era {self._era.era}"
            hint = did_you_mean(written, [place.name for place in places.by_code.values()])
            raise NotFound(level, shown(written), expected, hint)
        return found

    def _told(self, code: str) -> str:
        commune = self._communes[code]
        district = self._era.districts.get(commune.district)
        place = district.full_name if district else self._era.provinces[commune.province]
        return f"{code} {self.name(code)} ({place})"


class _Index:
    """Places of one level by code and by plain name."""

    def __init__(self, places: Iterable[Named]) -> None:
        self.by_code = {place.code: place for place in places}
        self.by_plain_name: dict[str, list[Named]] = defaultdict(list)
        for place in self.by_code.values():
            self.by_plain_name[plain(place.name)].append(place)

    def find(self, level: Level, written: str) -> set[str]:
        """The codes of the places that a code or a name means."""
        if written in self.by_code:
            return {written}

        def named(plain_name: str) -> list[Named]:
            return self.by_plain_name.get(plain_name, [])

        return {place.code for place in meant(level, written, named)}
