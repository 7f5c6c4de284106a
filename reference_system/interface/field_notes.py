"""What is written below the fields of a model, for its JSON schema.

Pydantic can do this itself, but reads the source of every model whenever the program starts.
"""

import ast
import inspect
import textwrap
from itertools import pairwise


def field_notes(model: type) -> dict[str, str]:
    """The strings below the fields of `model` and of what it is derived from, by field."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if each.__module__.startswith(__package__):
            found |= _own_notes(each)
    return found


def _own_notes(model: type) -> dict[str, str]:
    [written] = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(written, ast.ClassDef)
    found: dict[str, str] = {}
    for statement, following in pairwise(written.body):
        match statement, following:
            case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(words))):
                found[name] = inspect.cleandoc(words)
    return found
