"""A second factor that was shown a short while ago, and by no clock of the future."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from reference_system.services.acting import Actor, acting
from reference_system.services.refusals import NotKnown
from reference_system.services.system import System


@pytest.mark.parametrize(
    ("ago_ms", "fresh"), [(0, True), (299_999, True), (300_000, False), (-1, False)]
)
def test_a_confirmation_holds_for_five_minutes_and_not_from_the_future(
    system: System, person: Callable[..., Actor], ago_ms: int, fresh: bool
) -> None:
    lan = replace(person("lan"), confirmed_ms=system.clock() - ago_ms)
    with acting(system, lan) as act:
        if fresh:
            act.require_confirmation()
        else:
            with pytest.raises(NotKnown, match="confirmation-needed"):
                act.require_confirmation()
