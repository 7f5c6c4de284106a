"""It shares no code with what it is to be independent of."""

import ast
import sys
from pathlib import Path

import simulator.plain_source

HOME = Path(simulator.plain_source.__file__).parent


def test_it_imports_the_standard_library_and_itself() -> None:
    for file in HOME.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 1 or str(node.module).partition(".")[0] in (
                    sys.stdlib_module_names
                ), (file.name, node.module)
                assert node.level < 2, file.name
            elif isinstance(node, ast.Import):
                names = {each.name.partition(".")[0] for each in node.names}
                assert names <= sys.stdlib_module_names, (file.name, names)
