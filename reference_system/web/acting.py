"""Who is asking: from a request to an act in one transaction."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request

from reference_system.services import sessions
from reference_system.services.acting import Act, Actor, acting, looking
from reference_system.services.system import System


def system_of(request: Request) -> System:
    """The source system that answers."""
    system: System = request.app.state.system
    return system


TheSystem = Annotated[System, Depends(system_of)]


def actor_of(request: Request, system: TheSystem) -> Actor:
    """Who is logged in, by bearer token; raises `NotKnown`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return sessions.actor(system, token if scheme.lower() == "bearer" else "")


TheActor = Annotated[Actor, Depends(actor_of)]


def _acting(system: TheSystem, actor: TheActor) -> Iterator[Act]:
    with acting(system, actor) as act:
        yield act


def _looking(system: TheSystem, actor: TheActor) -> Iterator[Act]:
    with looking(system, actor) as act:
        yield act


# The scope "function" ends the transaction before the answer goes out: what is answered is stored.
Acting = Annotated[Act, Depends(_acting, scope="function")]
Looking = Annotated[Act, Depends(_looking, scope="function")]
