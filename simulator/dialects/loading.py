"""Dialects by name, or from a Python file of the user's own."""

import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from scenarios.problems import BadInput, Problem

from .contract import Dialect

BUILT_IN: Mapping[str, str] = {
    "reference": "reference",
    "shared-http": "shared_http",
    "linux-speaker": "linux_speaker",
    "mcu-speaker": "mcu_speaker",
}
"""The module of each dialect that comes with the project."""

VARIABLE = "DIALECT"
"""What a dialect's file calls the dialect."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A dialect and its file. Its transcripts are in `transcripts/<name of the file>` beside it."""

    dialect: Dialect
    file: Path

    @property
    def transcripts(self) -> Path:
        """The folder; perhaps there is none."""
        return self.file.parent / "transcripts" / self.file.stem


def load(name_or_file: str) -> Loaded:
    """The dialect of that name, or `DIALECT` of a Python file, which is run; raises `BadInput`."""
    if module := BUILT_IN.get(name_or_file):
        file = Path(__file__).with_name(f"{module}.py")
        return Loaded(_dialect(import_module(f"{__package__}.{module}"), file), file)
    file = Path(name_or_file)
    if not (file.suffix == ".py" and file.is_file()):
        raise _bad(name_or_file, "", "no dialect", f"{', '.join(BUILT_IN)} or a .py file")
    return Loaded(_dialect(_run(file), file), file)


def _run(file: Path) -> object:
    name = f"ttcs_dialect_{file.stem}"
    spec = spec_from_file_location(name, file)
    assert spec is not None, "a file that ends in .py has a loader"
    assert spec.loader is not None, "likewise"
    module = sys.modules[name] = module_from_spec(spec)  # dataclasses look for their module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise _bad(place_of_error(error, file), "", told(error), "a file that runs") from None
    return module


def _dialect(module: object, file: Path) -> Dialect:
    dialect = getattr(module, VARIABLE, None)
    if not isinstance(dialect, Dialect):
        wrong = "missing" if dialect is None else f"a {type(dialect).__name__}"
        raise _bad(str(file), VARIABLE, wrong, "a Dialect, such as MyDialect()")
    return dialect


def place_of_error(error: Exception, file: Path) -> str:
    """The last line of the file that took part in an error, as `file:line`."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f"{file}:{error.lineno}"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if Path(frame.filename) == file or Path(frame.filename).name == file.name:
            return f"{file}:{frame.lineno}"
    return str(file)


def told(error: Exception) -> str:
    """An error as its kind and its text."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _bad(file: str, place: str, wrong: str, expected: str) -> BadInput:
    return BadInput([Problem(file, None, None, place, wrong, expected)])
