import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import loader, strict_yaml
from scenarios.problems import BadInput, Path

COMMUNE = strict_yaml.read(loader.find("commune"))
NODES = st.sampled_from([None, True, 0, -1, 3.5, 10**19, "", "all", "2h", "21598", [], {}, [[]]])
CHANGES = st.tuples(st.sampled_from(list(COMMUNE.nodes)), NODES)


def replaced(data: Any, path: Path, node: object) -> Any:
    if not path:
        return node
    first, *rest = path
    if isinstance(data, dict) and first in data:
        return data | {first: replaced(data[first], tuple(rest), node)}
    if isinstance(data, list) and first in range(len(data)):
        return [
            replaced(old, tuple(rest), node) if n == first else old for n, old in enumerate(data)
        ]
    return data


@settings(max_examples=40, deadline=None)
@given(st.lists(CHANGES, min_size=1, max_size=3))
def test_a_scenario_with_any_node_replaced_loads_or_is_refused(
    changes: list[tuple[Path, object]],
) -> None:
    data = COMMUNE.data
    for path, node in changes:
        data = replaced(data, path, node)
    lines: list[str] = []
    try:
        loader.parse("s.yaml", json.dumps(data).encode())
    except BadInput as refused:
        lines = [str(problem) for problem in refused.problems]
    assert all(line.isprintable() for line in lines)


def test_the_fuzzed_scenario_loads_where_nothing_is_replaced() -> None:
    assert loader.parse("s.yaml", json.dumps(COMMUNE.data).encode()).scenario.seed == 12
