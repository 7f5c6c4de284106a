"""What comes from the system above is taken wrongly: guessed at, altered, or from anybody."""

from dataclasses import replace

from conformance.mutants.proxies.mutation import Answer, Mutation, Onward, Request
from conformance.mutants.sources.broken import Words, is_post, mutant

_AGAIN = "-lan-nua"
_CLASSES = {"emergency": "normal", "priority": "priority", "normal": "emergency"}


class _Incoming(Mutation):
    """Alters the messages of other systems."""

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """Messages as `change` leaves them."""
        if is_post(request, "/exchange/messages"):
            words = request.said
            self.change(words, words["body"])
            request = request.saying(words)
        return await onward(request)

    def change(self, words: Words, body: Words) -> None:
        """Alter the message, and what it is about."""
        raise NotImplementedError


@mutant("F73", "source-exchange-refuses", word="exchange")
class TypesGuessed(_Incoming):
    """Figures that come as text, and fields that nobody knows, are taken for what they may mean."""

    def change(self, words: Words, body: Words) -> None:
        """As they should have been."""
        if isinstance(body.get("severity"), str):
            body["severity"] = int(body["severity"])
        body.pop("MucDoUuTien", None)


@mutant("F11", "source-from-above", word="exchange")
class ClassesTurned(_Incoming):
    """The classes of bulletins from above are counted the other way."""

    def change(self, words: Words, body: Words) -> None:
        """Emergencies as normal, and the other way round."""
        if body["kind"] == "bulletin" and body["order"] is None:
            body["bulletin_class"] = _CLASSES[body["bulletin_class"]]
            if body["bulletin_class"] != "emergency":
                body["severity"] = 0


@mutant("F19", "source-from-above", word="exchange")
class TakenTwice(_Incoming):
    """A message from above that comes again is another one."""

    def __init__(self) -> None:
        """None came."""
        self._came: dict[str, int] = {}

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """People see one key, however often it came."""
        answer = await super().asked(request, onward)
        if request.method != "GET" or answer.said is None:
            return answer
        body = answer.body
        for key in self._came:
            body = body.replace(f'"{key}{_AGAIN}'.encode(), f'"{key}'.encode())
        return replace(answer, body=body)

    def change(self, words: Words, body: Words) -> None:
        """By another key each time."""
        key = words["source_key"]
        self._came[key] = self._came.get(key, 0) + 1
        words["source_key"] += _AGAIN * (self._came[key] - 1)


@mutant("H15", "source-emergency-from-above", word="exchange")
class EverywhereFromAbove(_Incoming):
    """An emergency from above for one commune is for the whole province."""

    def change(self, words: Words, body: Words) -> None:
        """Everywhere."""
        if body.get("order"):
            body["order"] |= {"everywhere": True, "communes": []}


@mutant("H29", "source-emergency-from-above")
class WithdrawalsLost(Mutation):
    """A withdrawal from above is answered, and nothing is done."""

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """All but withdrawals."""
        is_message = is_post(request, "/exchange/messages")
        if is_message and request.said["body"]["kind"] == "withdrawal":
            looking = Request("GET", "/api/v1/me", request.headers)
            headers = (await onward(looking)).headers
            return Answer(200, headers).saying({"result": "accepted"})
        return await onward(request)


@mutant("H30", "source-exchange-refuses")
class TokensIgnored(Mutation):
    """Whoever sends a message is taken for the first who had the right token."""

    def __init__(self) -> None:
        """Nobody had."""
        self._token = ""

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """By another token where its own is wrong."""
        answer = await onward(request)
        if not request.path.startswith("/api/v1/exchange/m"):
            return answer
        if answer.status != 401:
            self._token = self._token or request.header("authorization") or ""
            return answer
        return await onward(request.by(self._token))
