"""A system whose answers are of another shape than its interface says: that is its refusal."""

import asyncio
import json
from collections.abc import Callable

import pytest

from conformance.sources import acts as a
from conformance.sources.contract import OperatorHalf
from conformance.sources.plain.people import Operators as OfPlain
from conformance.sources.reference.people import Operators as OfReference
from conformance.sources.target import parse
from scenarios import strict_yaml
from simulator.live.people import Account, People
from tests.answering import Answering, answering
from tests.conformance.sources.standing import HEAD

SOMEBODY = Account("x", "x", "JBSWY3DPEHPK3PXP")
COMPOSE = a.Compose("k", "Thử nghiệm", sound_ms=1_000, text="Thử nghiệm")


def plain(url: str) -> OperatorHalf:
    return OfPlain(url, ("quan.tri", "x"))


def reference(url: str) -> OperatorHalf:
    target = parse(strict_yaml.parse("t", f"{HEAD}dialect: reference\nstart: reference\n".encode()))
    return OfReference(People(SOMEBODY, SOMEBODY, SOMEBODY), url, target, {})


def answered(half: Callable[[str], OperatorHalf], said: object, act: a.Act) -> a.Outcome:
    class Handler(Answering):
        def treat(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.answer(200, json.dumps(said).encode(), content_type="application/json")

    async def main(url: str) -> a.Outcome:
        operators = half(url)
        try:
            return await operators.do(a.ADMINISTRATOR, act)
        finally:
            await operators.close()

    with answering(Handler) as url:
        return asyncio.run(main(url))


@pytest.mark.parametrize("act", [COMPOSE, a.Registry(), a.Audit(), a.ListFeedback()])
@pytest.mark.parametrize(
    "said", [None, 1, [], [1], {}, {"token": {}, "id": {"a": 1}, "items": 5, "after": []}]
)
def test_it_is_refused(said: object, act: a.Act) -> None:
    assert isinstance(answered(reference, said, act), a.Refused)
    assert isinstance(answered(plain, said, act), a.Refused)


@pytest.mark.parametrize("name", ["x" * 3_000, {"a": 1}, 5])
def test_what_is_no_id_is_refused(name: object) -> None:
    said = {"TrangThaiGui": 0, "NoiDung": {"Token": "x", "BanTinID": name}}
    outcome = answered(plain, said, COMPOSE)
    assert isinstance(outcome, a.Refused)
    assert len(outcome.reason) < 300
