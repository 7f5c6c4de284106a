"""What people at the reference system do and see of its exchange with other systems."""

import hashlib
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from conformance.sources import acts as a
from conformance.sources import exchange as x
from conformance.sources.reference.office import pages
from scenarios import units
from simulator.live.desk import Desk, Refused, instant


@dataclass(frozen=True, slots=True)
class Introduced:
    """A peer as the system knows it: its id there, the token that it shows the system, and the one
    that the system shows it."""

    id: str
    shows: str = field(repr=False)
    is_shown: str = field(repr=False)


Peers = dict[str, Introduced]
"""By their codes among systems."""


async def shared(desk: Desk, act: a.Act, peers: Peers) -> a.Outcome:
    """What somebody does about other systems; raises `Refused` and `NotAnswered`."""
    match act:
        case x.AddPeer(peer, url):
            made = await desk.ask("POST", "/exchange/peers", _words(peer, url, active=True))
            shown = secrets.token_urlsafe(32)
            await desk.ask("PUT", f"/exchange/peers/{made['id']}/token", {"token": shown})
            peers[peer.source] = Introduced(made["id"], made["token"], shown)
            return a.Done(made["id"])
        case x.EndPeer(peer, url):
            path = f"/exchange/peers/{_known(peer, peers).id}"
            return a.Done((await desk.ask("PUT", path, _words(peer, url, active=False)))["id"])
        case x.ShareBulletin(bulletin, some, area):
            asked: dict[str, object] = {"peers": _ids(some, peers)}
            if area is not None:
                await desk.confirm()
                asked["order"] = {"everywhere": area.everywhere, "communes": [*area.communes]}
            return _keys(await desk.ask("POST", f"/exchange/bulletins/{bulletin}/share", asked))
        case x.WithdrawShared(bulletin, reason):
            asked = {"reason": reason}
            return _keys(await desk.ask("POST", f"/exchange/bulletins/{bulletin}/withdraw", asked))
        case x.ShareStatistics(since_ms, until_ms, some):
            unit = (await desk.ask("GET", "/me"))["unit"]
            asked = {
                "level": unit["level"],
                "code": unit["code"],
                "since": instant(since_ms),
                "until": instant(until_ms),
                "peers": _ids(some, peers),
            }
            return _keys(await desk.ask("POST", "/exchange/statistics/share", asked))
        case x.SubmitReport(report):
            return await _submitted(desk, report)
        case x.ShareReport(report, some):
            asked = {"peers": _ids(some, peers)}
            return _keys(await desk.ask("POST", f"/exchange/reports/{report}/share", asked))
        case _:
            return await _looked(desk, act, peers)


async def _looked(desk: Desk, act: a.Act, peers: Peers) -> a.Outcome:
    match act:
        case x.ShownBulletin(bulletin):
            return a.Done(said=await _shown(desk, bulletin))
        case x.ShownFigures(since_ms, until_ms):
            period = f"since={quote(instant(since_ms))}&until={quote(instant(until_ms))}"
            found = await desk.ask("GET", f"/statistics?{period}")
            return a.Done(said=[*_figures(found["sections"])])
        case x.ReceivedBulletin(_, peer, message):
            return await _received(desk, peer.source, _known(peer, peers).id, message)
        case x.ReceivedData(peer):
            rows = [row async for row in _from(desk, _known(peer, peers).id)]
            said = [data(row["kind"], row["source_key"], row["body"]) for row in rows]
            return a.Done(said=[each for each in said if each is not None])
        case _:
            return a.Unsupported()


def data(kind: str, key: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Statistics and reports in neutral words; None for all else."""
    place = {"place": [*body["unit"].values()]} if "unit" in body else {}
    match kind:
        case "statistics":
            figures = [["/".join(each["key"]), each["value"]] for each in body["figures"]]
            since, until = body["since"], body["until"]
            times = {"since_ms": _ms(since), "until_ms": _ms(until)}
            return {"kind": kind, "key": key, **place, **times, "figures": sorted(figures)}
        case "report":
            return {"kind": kind, "key": key, **place, "year": body["year"], "files": hashes(body)}
        case _:
            return None


def hashes(report: Mapping[str, Any]) -> list[str]:
    """The SHA-256 of each file of a report: its table, its page."""
    return [_sha256(report[form].encode()) for form in ("csv", "html")]


def _ms(written: str) -> int:
    return round(units.instant(written).timestamp() * 1_000)


async def _submitted(desk: Desk, report: str) -> a.Outcome:
    path = f"/reports/{report}"
    about = await desk.ask("GET", path)
    await desk.ask("POST", f"{path}/submit", {"sha256": about["sha256"]})
    files = [_sha256(await desk.fetch(f"{path}/{form}")) for form in ("csv", "html")]
    return a.Done(report, {"year": about["year"], "files": files})


async def _received(desk: Desk, source: str, peer_id: str, message: str) -> a.Outcome:
    listed = {
        row["id"]
        async for row in pages(desk, "/bulletins")
        if (row["source_id"], row["source_key"]) == (source, message)
    }
    came = {
        row["bulletin_id"]
        async for row in _from(desk, peer_id)
        if (row["kind"], row["source_key"]) == ("bulletin", message)
    }
    found = [{"id": name, **await _shown(desk, name)} for name in sorted(listed | came)]
    orders = [row["id"] async for row in pages(desk, "/orders") if row["bulletin_id"] in came]
    return a.Done(orders[0] if orders else None, found)


async def _shown(desk: Desk, bulletin: str) -> dict[str, Any]:
    try:
        row = await desk.ask("GET", f"/bulletins/{bulletin}")
    except Refused as refused:
        if refused.status != 404:
            raise
        return {"state": "gone"}
    content = next(iter(row["contents"]), {"text": "", "media_sha256": None})
    sha256, until = content["media_sha256"], row["valid_until"]
    # The address that the row names may be another's, and nobody said that it may be asked.
    sound = None if sha256 is None else await desk.fetch(f"{desk.server}/media/{sha256}")
    names = ("title", "summary", "bulletin_class", "severity", "status", "state")
    return {
        **{name: row[name] for name in names},
        "text": content["text"],
        "valid_until_ms": None if until is None else _ms(until),
        "sound": None if sound is None else _sha256(sound),
    }


async def _from(desk: Desk, peer_id: str) -> AsyncIterator[dict[str, Any]]:
    async for row in pages(desk, "/exchange/incoming"):
        if row["peer_id"] == peer_id:
            yield row


def _figures(sections: Mapping[str, Any]) -> list[list[object]]:
    return sorted(
        ["/".join((section, *figure["parts"])), figure["value"]]
        for section, about in sections.items()
        for figure in about["figures"]
    )


def _words(peer: x.PeerSystem, url: str, active: bool) -> dict[str, object]:
    return {
        "source_id": peer.source,
        "name": f"Thử nghiệm: {peer.name}",
        "level": peer.place.level,
        "code": peer.place.code,
        "url": url,
        "may_order_emergencies": peer.trusted,
        "active": active,
    }


def _ids(some: tuple[x.PeerSystem, ...], peers: Peers) -> list[str]:
    return [_known(each, peers).id for each in some]


def _known(peer: x.PeerSystem, peers: Peers) -> Introduced:
    if peer.source not in peers:
        raise Refused(f"{peer.name}: was never made known")
    return peers[peer.source]


def _keys(rows: list[dict[str, Any]]) -> a.Done:
    return a.Done(said=[row["source_key"] for row in rows])


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
