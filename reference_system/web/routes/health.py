"""Whether the system answers, and whether the machine's clock can be believed: for monitoring."""

from typing import Literal

from fastapi import APIRouter

from reference_system.web.acting import TheSystem
from reference_system.web.models import InstantOut, Strict
from reference_system.web.routing import Route

router = APIRouter(prefix="/api/v1", tags=["health"], route_class=Route)


class StepOut(Strict):
    """The machine's clock was set: `ahead_ms` ahead of what was expected (negative: behind)."""

    at: InstantOut
    ahead_ms: int
    followed: bool


class HealthOut(Strict):
    """`now` is the time that the system goes by, `clock_off_ms` how far the machine's is ahead.

    `clock` is "off" while the machine's clock was set back, or to a year that cannot be: the
    system counts on by itself. `clock_steps` are since the start, the latest last.
    """

    now: InstantOut
    clock: Literal["right", "off"]
    clock_off_ms: int
    clock_steps: list[StepOut]


@router.get("/health")
def health(system: TheSystem) -> HealthOut:
    """Tình trạng máy chủ / Whether it answers, for anybody."""
    now_ms, keeper = system.clock(), system.timekeeper
    off_ms = keeper.off_ms if keeper else 0
    return HealthOut(
        now=now_ms,
        clock="off" if off_ms else "right",
        clock_off_ms=off_ms,
        clock_steps=[
            StepOut(at=step.at_ms, ahead_ms=step.ahead_ms, followed=step.followed)
            for step in (keeper.steps() if keeper else ())
        ],
    )
