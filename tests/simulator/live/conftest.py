"""Source systems of the tests' own, each made once for all tests of a file."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from simulator.live.installation import Breakable, Installation


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Installation]]:
    """Makes installations that break what is asked for, each once."""
    made: dict[tuple[Breakable, ...], Installation] = {}
    with ExitStack() as opened:

        def make(*breaks: Breakable) -> Installation:
            if breaks not in made:
                folder: Path = tmp_path_factory.mktemp("installation")
                one = Installation(folder, place="province:52", era="2022", breaks=breaks)
                made[breaks] = opened.enter_context(one)
            return made[breaks]

        yield make
