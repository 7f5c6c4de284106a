"""The way of a bulletin from draft to approved: who may take which step in which state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from reference_system.services.acting import Role
from reference_system.services.content.bulletin_words import STATE_NAMES, State
from reference_system.services.refusals import Conflict
from scenarios.scenario import BulletinClass

Step = Literal["edit", "submit", "appraise", "approve", "return", "withdraw", "approve-at-once"]

STEPS: tuple[Step, ...] = get_args(Step)


@dataclass(frozen=True, slots=True)
class Rule:
    """One step from one state: the roles that it takes, all of them, and where it leads.

    `by_another`: not by a person who wrote any of the bulletin. `complete`: only with nothing
    missing. `with_reason`: the step says why. `confirmed`: with the second factor just shown,
    and for emergencies only.
    """

    roles: tuple[Role, ...]
    to: State
    by_another: bool = False
    complete: bool = False
    with_reason: bool = False
    confirmed: bool = False


_EDIT = Rule(("compose",), "draft")
_WITHDRAW = Rule(("compose",), "withdrawn")

RULES: Mapping[tuple[State, Step], Rule] = {
    ("draft", "edit"): _EDIT,
    ("draft", "submit"): Rule(("compose",), "submitted", complete=True),
    ("draft", "withdraw"): _WITHDRAW,
    ("draft", "approve-at-once"): Rule(
        ("compose", "approve", "operate"), "approved", complete=True, confirmed=True
    ),
    ("returned", "edit"): _EDIT,
    ("returned", "withdraw"): _WITHDRAW,
    ("submitted", "appraise"): Rule(("appraise",), "appraised", by_another=True),
    ("submitted", "return"): Rule(("appraise",), "returned", by_another=True, with_reason=True),
    ("submitted", "withdraw"): _WITHDRAW,
    ("appraised", "approve"): Rule(("approve",), "approved", by_another=True, complete=True),
    ("appraised", "return"): Rule(("approve",), "returned", by_another=True, with_reason=True),
    ("appraised", "withdraw"): _WITHDRAW,
    ("approved", "withdraw"): Rule(("approve",), "withdrawn", with_reason=True),
}
"""Every step that there is; whatever is not here cannot be done."""


def rule(state: State, step: Step) -> Rule:
    """The rule of a step; raises `Conflict` where it cannot be taken in that state."""
    found = RULES.get((state, step))
    if found is None:
        raise Conflict(
            "wrong-state",
            f"Không làm được bước này khi bản tin ở trạng thái “{STATE_NAMES[state].vi}”.",
            f"The step {step} cannot be taken while the bulletin is {STATE_NAMES[state].en}.",
            "step",
        )
    return found


def steps_from(state: State, bulletin_class: BulletinClass) -> tuple[Step, ...]:
    """The steps that there are in a state for a bulletin of a class, whoever takes them."""
    return tuple(
        step
        for step in STEPS
        if (found := RULES.get((state, step))) is not None
        and (bulletin_class == "emergency" or not found.confirmed)
    )
