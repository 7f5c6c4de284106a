"""Long lists in pages, newest first; a page says where the next one begins."""

import re
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from reference_system.services.refusals import Invalid

Item = TypeVar("Item")

PAGE = 50
"""How many there are on a page if nobody says."""

AT_MOST = 200
"""How many there can be on a page."""

CURSOR = r"^[0-9]{1,15}\.[A-Za-z0-9._-]{1,64}$"
"""What a cursor looks like: the moment and the id of the last item of the page before."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some of a list; `after` is the cursor of the next page, None where this is the last."""

    items: list[Item]
    after: str | None


def newest_first(
    session: Session,
    query: Select[Item],
    moment: InstrumentedAttribute[int],
    key: InstrumentedAttribute[str],
    after: str | None = None,
    limit: int = PAGE,
) -> Page[Item]:
    """A page of the rows that `query` selects, by `moment` and then by `key`, newest first.

    `after` is the cursor of the page before; raises `Invalid` where it is none.
    """
    if after is not None:
        query = query.where(tuple_(moment, key) < tuple_(*read_cursor(after)))
    rows = session.scalars(query.order_by(moment.desc(), key.desc()).limit(limit + 1)).all()
    items = list(rows[:limit])
    if len(rows) <= limit:
        return Page(items, None)
    last = items[-1]
    return Page(items, f"{getattr(last, moment.key)}.{getattr(last, key.key)}")


def read_cursor(cursor: str) -> tuple[int, str]:
    """The moment and the id that a cursor names; raises `Invalid`."""
    if not re.fullmatch(CURSOR, cursor):
        raise Invalid(
            "bad-cursor",
            "Con trỏ trang không hợp lệ: lấy từ trang trước.",
            "This is no cursor: take it from the page before.",
            "after",
        )
    moment, _, key = cursor.partition(".")
    return int(moment), key
