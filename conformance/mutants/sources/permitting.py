"""What should be refused is done: for who may not, without approval, elsewhere, or once more."""

import json
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from conformance.mutants.proxies.frames import Publish
from conformance.mutants.proxies.mutation import Answer, Mutation, Onward, Request, Sending
from conformance.mutants.sources.broken import API, Commanding, Words, is_post, mutant, saying

_AGAIN = "-lan-nua"
WELL_KNOWN = ("admin", "123456", "12345678", "88888888")


class _Area(Mutation):
    """Alters where an order is sent that names communes."""

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """Orders as `elsewhere` says, all else as it is."""
        if is_post(request, "/orders") and request.said["area"]["communes"]:
            words = request.said
            words["area"] |= await self.elsewhere(request, onward, words["area"]["communes"])
            request = request.saying(words)
        return await onward(request)

    async def elsewhere(
        self, request: Request, onward: Onward, communes: list[str]
    ) -> dict[str, Any]:
        """What is altered of the area."""
        raise NotImplementedError


@mutant("F57", "source-emergency-one-commune")
class OldCodes(_Area):
    """A commune's code is taken for another one's."""

    async def elsewhere(
        self, request: Request, onward: Onward, communes: list[str]
    ) -> dict[str, Any]:
        """The first commune of the register that was not meant."""
        looking = Request("GET", f"{API}/devices?limit=200", request.headers)
        known = {each["commune"] for each in (await onward(looking)).said["items"]}
        return {"communes": sorted(known - set(communes))[:1]}


@mutant("H15", "source-emergency-one-commune", word="province")
class WholeProvince(_Area):
    """What is sent to a commune goes to the whole province."""

    async def elsewhere(
        self, request: Request, onward: Onward, communes: list[str]
    ) -> dict[str, Any]:
        """Everywhere."""
        return {"communes": [], "everywhere": True}


@mutant("H22", "source-approval", word="skipped")
class ApprovalSkipped(Mutation):
    """Whoever may send a bulletin need not wait until it was approved: the system sees to that."""

    def __init__(self) -> None:
        """Nobody wrote one."""
        self._writers: dict[str, str] = {}

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """Where an order is refused, every step is done, and then it is given again."""
        answer = await onward(request)
        if is_post(request, "/bulletins") and answer.is_success:
            self._writers[answer.said["id"]] = request.header("authorization") or ""
        if not is_post(request, "/orders") or answer.is_success:
            return answer
        bulletin = request.said["bulletin_id"]
        path, writer = f"{API}/bulletins/{bulletin}", self._writers.get(bulletin, "")
        for step in ("submit", "appraise", "approve"):
            found = (await onward(Request("GET", path, request.headers))).said
            words = {"step": step, "version": found["version"], "reason": ""}
            asked = Request("POST", f"{path}/steps", request.headers).saying(words)
            await onward(asked.by(writer) if step == "submit" else asked)
        return await onward(request)


@mutant("H22", "source-returned", word="returned")
class ReturnsApprove(Mutation):
    """Who gives a bulletin back has it approved."""

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """Both steps that let it be sent, in the place of the one that was asked."""
        if not request.path.endswith("/steps") or request.said["step"] != "return":
            return await onward(request)
        version = request.said["version"]
        await onward(request.saying({"step": "appraise", "version": version, "reason": ""}))
        return await onward(
            request.saying({"step": "approve", "version": version + 1, "reason": ""})
        )


class _Borrowing(Mutation):
    """Does what was refused in the name of others whom it has let in."""

    statuses: Collection[int]

    def __init__(self) -> None:
        """Nobody was let in."""
        self._others: dict[str, None] = {}

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """As who asks, and where that is refused as one after the other."""
        answer = await onward(request)
        own = request.header("authorization") or ""
        if answer.is_success and own:
            self._others[own] = None
        if answer.status not in self.statuses or is_post(request, "/sessions"):
            return answer
        for other in [each for each in self._others if each != own][:5]:
            again = await onward(request.by(other))
            if again.is_success:
                return again
        return answer


@mutant("H24", "source-commune-level", "source-roles", "source-security-roles")
class RightsIgnored(_Borrowing):
    """What somebody may not do is done as if somebody else had asked who may."""

    statuses = (403,)


@mutant("F91", "source-security-sessions", word="http")
class NobodyAsksWho(_Borrowing):
    """Who shows no session, or a false one, is taken for somebody who has one."""

    statuses = (401,)


@mutant("H33", "source-documents", word="shown")
class DocumentsForAll(_Borrowing):
    """A document is opened for whoever asks."""

    statuses = (403, 404)

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """Documents alone."""
        if request.path.startswith(f"{API}/documents/"):
            return await super().asked(request, onward)
        answer = await onward(request)
        if answer.is_success and (who := request.header("authorization")):
            self._others[who] = None
        return answer


@mutant("H35", "source-account-closed")
class ClosedStaysOpen(Mutation):
    """An account that is closed serves on."""

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """It is left as it is."""
        if request.method == "PUT" and request.path.startswith(f"{API}/people/"):
            request = request.saying({**request.said, "active": True})
        return await onward(request)


@mutant("H38", "source-security-default-passwords")
class DefaultPasswords(Mutation):
    """Passwords that everybody knows are right for everybody."""

    def __init__(self) -> None:
        """Nobody was let in."""
        self._let_in: Any = None

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """As somebody who was let in."""
        answer = await onward(request)
        if not is_post(request, "/sessions"):
            return answer
        if answer.is_success:
            self._let_in = self._let_in or request.said
        elif self._let_in and request.said["password"] in WELL_KNOWN:
            return await onward(request.saying(self._let_in))
        return answer


@mutant("H25", "source-security-sessions")
class SessionsOutlive(Mutation):
    """Who logs out is told so, and the session goes on."""

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """Nothing is ended."""
        if request.method == "DELETE" and request.path == f"{API}/sessions":
            return Answer(204)
        return await onward(request)


@mutant("H26", "source-security-guessing", "source-audit")
class AnyPassword(Mutation):
    """Whoever was let in once is let in with any password."""

    def __init__(self) -> None:
        """Nobody was."""
        self._right: dict[str, str] = {}

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """With the right password in the place of the wrong one."""
        answer = await onward(request)
        if not is_post(request, "/sessions"):
            return answer
        login = request.said["login"]
        if answer.is_success:
            self._right[login] = request.said["password"]
        elif login in self._right:
            return await onward(request.saying({**request.said, "password": self._right[login]}))
        return answer


@mutant("H27", "source-security-second-factor")
class NoSecondFactor(Commanding):
    """Inside the system an emergency is a priority bulletin, for which nobody is asked twice; what
    devices and people are told is an emergency."""

    def __init__(self) -> None:
        """None was written."""
        self._emergencies: set[str] = set()

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """Written as the lower class, and shown as the higher."""
        is_emergency = False
        if is_post(request, "/bulletins"):
            is_emergency = request.said["bulletin_class"] == "emergency"
        if is_emergency:
            words = {**request.said, "bulletin_class": "priority", "severity": 0}
            request = request.saying(words)
        answer = await onward(request)
        if is_emergency and answer.is_success:
            self._emergencies.add(answer.said["id"])
        is_bulletin = request.path.startswith(f"{API}/bulletins") and answer.is_success
        if is_bulletin and answer.said.get("id") in self._emergencies:
            return answer.saying({**answer.said, "bulletin_class": "emergency"})
        return answer

    def change(self, words: Words, play: Words) -> None:
        """As an emergency."""
        if play["BanTinID"] in self._emergencies:
            play["MucDoUuTien"] = 1


@mutant("F92", "source-security-replay", word="sent")
class KeysForgotten(Mutation):
    """An order that comes again by the same key is another one."""

    def __init__(self) -> None:
        """None came."""
        self._came: dict[str, int] = {}

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """By another key each time."""
        if is_post(request, "/orders"):
            words = request.said
            times = self._came[words["id"]] = self._came.get(words["id"], 0) + 1
            if times > 1:
                request = request.saying({**words, "id": f"{words['id']}-{times}"})
        return await onward(request)


@mutant("H28", "source-security-replay")
class EntriesTwice(Mutation):
    """An entry of a play log that comes again is kept again."""

    def __init__(self) -> None:
        """None came."""
        self._came: set[tuple[str, str]] = set()

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """People see one name, however often it came."""
        answer = await onward(request)
        if request.path != f"{API}/play-logs.csv":
            return answer
        return replace(answer, body=answer.body.replace(_AGAIN.encode(), b""))

    def to_system(self, device: str, publish: Publish) -> Iterable[Sending]:
        """By another name each time."""
        if not publish.topic.endswith("/log"):
            yield Sending(publish)
            return
        words = json.loads(publish.payload)
        for entry in words["NhatKy"]:
            name = (device, entry["NhatKyID"])
            if name in self._came:
                entry["NhatKyID"] += _AGAIN
                entry["SoThuTu"] += 1_000
            self._came.add(name)
        yield Sending(saying(publish, words))
