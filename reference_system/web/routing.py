"""A route that is analysed by FastAPI when it is first asked for, and works in its turn.

To analyse all of them takes longer than everything else that is done before the first answer.
"""

from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.routing import compile_path

TURNS = 32
"""Requests worked on at once, fewer than the threads that there are for them (40).

One that holds the writer needs another thread to go on, so those that wait for the writer must
never have taken all of them.
"""


async def _turn(request: Request) -> AsyncIterator[None]:
    async with request.app.state.turns:
        yield


_TURN = Depends(_turn, scope="function")


class Route(APIRoute):
    """Knows its address and methods from the beginning, and the rest once that is asked for."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **words: Any) -> None:
        """The words of `APIRoute`."""
        self.path, self.endpoint = path, endpoint
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self.methods = set(words.get("methods") or ("GET",))
        self._words = words | {"dependencies": [_TURN, *(words.get("dependencies") or ())]}

    def __getattr__(self, name: str) -> Any:
        """What is only known after the analysis, such as the application behind the route."""
        words = self.__dict__.pop("_words", None)
        if words is None:
            raise AttributeError(f"{type(self).__name__} has no {name}")
        super().__init__(self.path, self.endpoint, **words)
        return getattr(self, name)
