"""The columns of a stock table: how people head them, in Vietnamese and English, and where."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from scenarios.rollout.names import plain, without_brackets
from scenarios.rollout.table import Row

Column = Literal[
    "id",
    "code",
    "commune",
    "district",
    "province",
    "kind",
    "since",
    "condition",
    "clusters",
    "villages",
    "covered",
    "terrain",
    "households",
    "board",
    "website",
    "staff",
    "trained",
    "generated",
    "commune generated",
]

COLUMNS: Final[tuple[Column, ...]] = get_args(Column)

TITLES: Final[Mapping[Column, tuple[str, str]]] = {
    "id": ("Mã đài", "Station"),
    "code": ("Mã xã", "Code"),
    "commune": ("Xã/phường/thị trấn", "Commune"),
    "district": ("Huyện", "District"),
    "province": ("Tỉnh", "Province"),
    "kind": ("Loại đài", "Kind"),
    "since": ("Năm đầu tư", "Since"),
    "condition": ("Tình trạng", "Condition"),
    "clusters": ("Số cụm loa", "Clusters"),
    "villages": ("Số thôn", "Villages"),
    "covered": ("Số thôn phủ", "Villages covered"),
    "terrain": ("Địa hình", "Terrain"),
    "households": ("Số hộ", "Households"),
    "board": ("Bảng tin điện tử", "E-board"),
    "website": ("Trang TTĐT", "Website"),
    "staff": ("Cán bộ", "Staff"),
    "trained": ("Đã tập huấn", "Trained"),
    "generated": ("Đài: số liệu giả định", "Station generated"),
    "commune generated": ("Xã: số liệu giả định", "Commune generated"),
}
"""How each is headed, in Vietnamese and English, where this project writes a table."""

_ALSO: Final[Mapping[Column, str]] = {
    "id": "ma dai|station id",
    "code": "ma xa phuong|ma xa phuong thi tran|ma don vi hanh chinh|ma dvhc|commune code",
    "commune": "xa|phuong|xa phuong|xa phuong dac khu|ten xa|ten xa phuong|ten xa phuong thi tran"
    "|ten don vi|don vi|dia ban|ten dai|commune name",
    "district": "quan huyen|huyen thi xa thanh pho|huyen thi xa|huyen tx tp|ten huyen",
    "province": "tinh thanh pho|ten tinh",
    "kind": "loai hinh|loai dai truyen thanh|loai hinh dai|loai hinh truyen thanh|cong nghe"
    "|station kind|type",
    "since": "nam xay dung|nam lap dat|nam dau tu lap dat|nam dua vao su dung|nam|year|built",
    "condition": "hien trang|tinh trang hoat dong|tinh trang ky thuat|state",
    "clusters": "cum loa|tong so cum loa|so cum|so luong cum loa",
    "villages": "thon|so thon to dan pho|so thon ban|so thon ban to dan pho|so thon khu pho"
    "|tong so thon",
    "covered": "so thon duoc phu|so thon duoc phu song|so thon co loa|thon duoc phu|so thon da phu"
    "|covered",
    "terrain": "vung|khu vuc",
    "households": "ho|so ho dan|tong so ho|ho dan",
    "board": "co bang tin dien tu|bang tin|bang dien tu|board|electronic board",
    "website": "trang thong tin dien tu|co trang ttdt|co trang thong tin dien tu|cong ttdt"
    "|web page",
    "staff": "so can bo|can bo phu trach|so can bo phu trach|nhan luc",
    "trained": "so can bo da tap huan|can bo da tap huan|da duoc tap huan|tap huan|staff trained",
    "generated": "so lieu gia dinh|generated",
    "commune generated": "so lieu xa gia dinh",
}
"""Other headings, as `plain` writes them."""

_MEANING: Final[Mapping[str, Column]] = {
    heading: column
    for column in COLUMNS
    for heading in (*map(plain, TITLES[column]), *_ALSO[column].split("|"))
}

_NOT_READ: Final = frozenset(
    ("tt", "stt", "so tt", "so thu tu", "no", "ghi chu", "note", "notes", "remarks")
)
_ROWS_LOOKED_AT: Final = 30


@dataclass(frozen=True, slots=True)
class Header:
    """Where a table's columns are: the number of the last row of its head, and by column the place.

    `titles` are as written. `unread` are headings that mean nothing here, `twice` those of
    columns that another heading means already; both with their place.
    """

    last_row: int
    places: Mapping[Column, int]
    titles: Mapping[Column, str]
    unread: Sequence[tuple[int, str]]
    twice: Sequence[tuple[int, str]]


def header_of(rows: Sequence[Row]) -> Header | None:
    """The head of a table: one row, or two of which the lower parts what the upper joins.

    It is the first that says commune (or code) and kind; titles above it do not matter. None where
    there is none.
    """
    looked_at = rows[:_ROWS_LOOKED_AT]
    for number, row in enumerate(looked_at):
        below = looked_at[number + 1] if number + 1 < len(looked_at) else None
        for rows_of_head in ((row,), (row, below) if below else (row,)):
            header = _header(rows_of_head)
            if "kind" in header.places and {"commune", "code"} & header.places.keys():
                return _with_lower_row(row, below, header)
    return None


def _with_lower_row(row: Row, below: Row | None, header: Header) -> Header:
    """The header with the row below it, where that is headings only."""
    if below is None or header.last_row == below.number:
        return header
    headings = [cell for cell in below.cells if cell]
    if headings and all(_meaning(cell) for cell in headings):
        return _header((row, below))
    return header


def _header(rows: Sequence[Row]) -> Header:
    places: dict[Column, int] = {}
    titles: dict[Column, str] = {}
    unread, twice = [], []
    for place, heading in _headings(rows):
        column = _meaning(heading)
        if column is None:
            if plain(heading) not in _NOT_READ:
                unread.append((place, heading))
        elif column in places:
            twice.append((place, heading))
        else:
            places[column], titles[column] = place, heading
    return Header(rows[-1].number, places, titles, unread, twice)


def _headings(rows: Sequence[Row]) -> Iterator[tuple[int, str]]:
    """The heading of each place: the lowest that means something, else the highest there is."""
    for place in range(max(len(row.cells) for row in rows)):
        written = [row.cell(place) for row in rows if row.cell(place)]
        known = [heading for heading in reversed(written) if _meaning(heading)]
        if written:
            yield place, (known or written)[0]


def _meaning(heading: str) -> Column | None:
    return _MEANING.get(plain(heading)) or _MEANING.get(plain(without_brackets(heading)))
