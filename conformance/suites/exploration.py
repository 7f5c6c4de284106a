"""Conversations that nobody wrote: drawn within declared limits, judged by what must hold."""

from collections.abc import Iterator

from conformance.case import DEVICES, Case, Seen
from conformance.exploration.history import History
from conformance.exploration.rules import RULES
from conformance.exploration.steps import speaking
from conformance.record import Record
from scenarios.scenario import Text


def _judge_explored(record: Record) -> Iterator[tuple[str, Seen]]:
    """A conversation that breaks no rule shows something only as one of all that were to be had."""
    history = History(record)
    explored = record.first("explored").detail
    drawn, planned = explored["drawn"], explored["planned"]
    enough = 0 < planned <= drawn
    says = Text(f"{drawn} cuộc thử, không sai", f"{drawn} conversations, none breaks it")
    if not enough:
        says = Text(f"chỉ {drawn}/{planned} cuộc thử", f"only {drawn} of {planned} conversations")
    for check, rule in RULES.items():
        wrong = next(rule(history), None)
        yield check, Seen(enough or None, says) if wrong is None else Seen(False, wrong)


CASES = (
    Case(
        "exploration",
        1,
        Text(vi="Những cuộc thử không soạn trước", en="Conversations that nobody wrote"),
        DEVICES,
        tuple(RULES),
        speaking(()),
        _judge_explored,
        explores=True,
    ),
)
