"""The page of a commune for everybody: JSON with search, and an Atom feed."""

import re
from typing import Annotated, Any
from xml.etree import ElementTree

from fastapi import APIRouter, Path, Query, Response

from reference_system.services.acting import itself, looking
from reference_system.services.administration import commune_feed
from reference_system.services.administration.commune_feed import Post
from reference_system.services.content import media
from reference_system.services.system import System
from reference_system.web.acting import TheSystem
from reference_system.web.models import (
    After,
    InstantOut,
    Limit,
    PageOut,
    Strict,
    instant_text,
    problems,
)
from reference_system.web.routing import Route

router = APIRouter(
    prefix="/api/v1/public/communes/{code}", tags=["commune pages"], route_class=Route
)

Commune = Annotated[str, Path(pattern="^[0-9]{5}$")]
Search = Annotated[
    str, Query(max_length=200, description="Words; diacritics and capitals do not matter.")
]

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 50

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FEED: dict[str, Any] = {"content": {"application/atom+xml": {"schema": {"type": "string"}}}}


class SaidOut(Strict):
    """What a bulletin says in one language; `url` is of its sound, picture or film."""

    language: str
    text: str
    media_type: str | None
    url: str | None


class PostOut(Strict):
    """A bulletin that was sent to the commune; `cancelled` once all that was to play it was."""

    id: str
    title: str
    summary: str
    bulletin_class: str
    severity: int
    published: InstantOut
    valid_until: InstantOut | None
    cancelled: bool
    contents: list[SaidOut]


@router.get("/bulletins", responses=problems(404))
def read(
    system: TheSystem, code: Commune, q: Search = "", after: After = None, limit: Limit = 50
) -> PageOut[PostOut]:
    """What was approved and sent to the commune for real, newest first; anybody may see it."""
    with looking(system, itself(system)) as act:
        page = commune_feed.page(act, code, q, after, limit)
    return PageOut(items=[_told(system, post) for post in page.items], after=page.after)


@router.get("/feed.atom", response_class=Response, responses={**problems(404), 200: _FEED})
def read_atom(system: TheSystem, code: Commune) -> Response:
    """The newest of it as an Atom feed."""
    with looking(system, itself(system)) as act:
        posts = commune_feed.page(act, code, limit=ENTRIES).items
        updated_ms = posts[0].published_ms if posts else act.now_ms
    name = system.units.name(system.units.named("commune", code))
    return Response(_atom(system, code, name, posts, updated_ms), media_type="application/atom+xml")


def _told(system: System, post: Post) -> PostOut:
    row = post.bulletin
    return PostOut(
        id=row.id,
        title=row.title,
        summary=row.summary,
        bulletin_class=row.bulletin_class,
        severity=row.severity,
        published=post.published_ms,
        valid_until=row.valid_until_ms,
        cancelled=post.cancelled,
        contents=[
            SaidOut(
                language=said.language,
                text=said.text,
                media_type=said.media.media_type if said.media else None,
                url=media.url(system, said.media.sha256) if said.media else None,
            )
            for said in post.said
        ],
    )


def _atom(system: System, code: str, name: str, posts: list[Post], updated_ms: int) -> str:
    here = f"{system.settings.public_url}/api/v1/public/communes/{code}"
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": "vi"})
    _add(feed, "id", f"{here}/feed.atom")
    _add(feed, "title", name)
    _add(feed, "updated", instant_text(updated_ms))
    _add(_add(feed, "author"), "name", system.settings.name)
    ElementTree.SubElement(feed, "link", rel="self", href=f"{here}/feed.atom")
    for post in posts:
        entry = _add(feed, "entry")
        _add(entry, "id", f"{here}/bulletins#{post.bulletin.id}")
        _add(entry, "title", post.bulletin.title)
        _add(entry, "updated", instant_text(post.published_ms))
        _add(entry, "category").set("term", post.bulletin.bulletin_class)
        words = post.bulletin.summary or "\n".join(said.text for said in post.said if said.text)
        _add(entry, "content", words).set("type", "text")
        for said in post.said:
            if said.media is not None:
                ElementTree.SubElement(
                    entry,
                    "link",
                    rel="enclosure",
                    type=said.media.media_type,
                    length=str(said.media.size_bytes),
                    hreflang=said.language,
                    href=media.url(system, said.media.sha256),
                )
    text = ElementTree.tostring(feed, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}'


def _add(parent: ElementTree.Element, name: str, text: str = "") -> ElementTree.Element:
    child = ElementTree.SubElement(parent, name)
    child.text = _NOT_XML.sub("", text) or None
    return child
