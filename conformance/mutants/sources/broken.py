"""What mutants of source systems are made of: mutations of what passes, each with the cases that
are to find it, and the words that pass."""

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from conformance.mutants.proxies.frames import Publish
from conformance.mutants.proxies.mutation import Mutation, Request, Sending

API = "/api/v1"
HOUR_MS = 3_600_000

Words = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SourceMutant:
    """One way in which a fault of the catalogue shows; `id` is the fault's, and a word where it has
    several. `cases` are those that are to find it, `make` gives a mutation for one trial."""

    id: str
    fault: str
    cases: tuple[str, ...]
    make: Callable[[], Mutation]


REGISTERED: dict[str, SourceMutant] = {}
"""By id, in the order in which they were loaded; `made.MUTANTS` has all of them."""


def mutant(fault: str, *cases: str, word: str = "") -> Callable[[type[Mutation]], type[Mutation]]:
    """Register a mutation as a mutant of a fault, which these cases are to find."""

    def register(kind: type[Mutation]) -> type[Mutation]:
        name = f"{fault}-{word}" if word else fault
        assert name not in REGISTERED, name
        assert cases, f"{name} is to be found by some case"
        REGISTERED[name] = SourceMutant(name, fault, cases, kind)
        return kind

    return register


class Commanding(Mutation):
    """Changes what devices are told: a command with a play as `play` does, others pass."""

    def to_device(self, device: str, publish: Publish, there: Collection[str]) -> Iterable[Sending]:
        """As `play` and `other` say."""
        words = words_in(publish)
        if "BanTin" in words:
            return self.play(device, publish, words, there)
        return self.other(publish, words)

    def play(
        self, device: str, publish: Publish, words: Words, there: Collection[str]
    ) -> Iterable[Sending]:
        """What becomes of a command to play: as `change` leaves it."""
        self.change(words, words["BanTin"])
        yield Sending(saying(publish, words))

    def change(self, words: Words, play: Words) -> None:
        """Alter the command, and the play in it."""

    def other(self, publish: Publish, words: Words) -> Iterable[Sending]:
        """What becomes of another command."""
        yield Sending(publish)


def words_in(publish: Publish) -> Words:
    """What a message says as JSON; nothing where it is no object."""
    try:
        words = json.loads(publish.payload)
    except ValueError:
        return {}
    return words if isinstance(words, dict) else {}


def saying(publish: Publish, words: Words) -> Publish:
    """The message with other words."""
    return replace(publish, payload=json.dumps(words, ensure_ascii=False).encode())


def is_emergency(play: Words) -> bool:
    """Whether the play is of an emergency."""
    return bool(play["MucDoUuTien"] == 1)


def is_timed(words: Words) -> bool:
    """Whether the play is for later than it was sent."""
    due_s: int = words["BanTin"]["KhongPhatTruocMs"] // 1_000
    sent_s: int = words["ThoiDiemGui"]
    return due_s > sent_s + 1


def is_sign_of_life(play: Words) -> bool:
    """Whether it is the bulletin by which the harness sees that the system is there at all."""
    return "dấu hiệu" in play["TieuDe"]


def again(words: Words, word: str) -> Words:
    """The same command and the same play, as another one."""
    play = {**words["BanTin"], "LuotPhatID": f"{words['BanTin']['LuotPhatID']}-{word}"}
    return {**words, "Id": f"{words['Id']}-{word}", "BanTin": play}


def is_post(request: Request, path: str) -> bool:
    """Whether it is that act of somebody."""
    return request.method == "POST" and request.path == f"{API}{path}"


def is_look(request: Request, path: str) -> bool:
    """Whether somebody looks at that, or at something under it."""
    return request.method == "GET" and (request.path + "/").startswith(f"{API}{path}/")
