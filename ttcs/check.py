"""`ttcs check`: everything that is wrong with scenario files and rollout plans, one line each."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from conformance.rollout import judging
from scenarios import loader, strict_yaml
from scenarios.files import read_bounded
from scenarios.problems import BadInput, one_line
from scenarios.rollout import loader as plans
from ttcs import scenario_files
from ttcs.main import BAD_INPUT, CONFORMANT
from ttcs.telling import tell


def check(names: Sequence[str], *, as_json: bool) -> int:
    """Prints the findings on every file; the exit code."""
    reports = [_report(name) for name in names]
    bad = any(report["errors"] for report in reports)
    if as_json:
        tell(json.dumps({"files": reports}, ensure_ascii=False, indent=1))
        return BAD_INPUT if bad else CONFORMANT
    for report in reports:
        for line in (*report["errors"], *report["warnings"]):
            tell(line["text"] if isinstance(line, dict) else line)
        if not report["errors"]:
            tell(one_line(f"{report['file']}: không có lỗi / no errors"))
    return BAD_INPUT if bad else CONFORMANT


def _report(name: str) -> dict[str, Any]:
    try:
        path = loader.find(name)
        warnings = _warnings(path)
    except BadInput as bad:
        errors = [{"text": str(problem), **asdict(problem)} for problem in bad.problems]
        return {"file": name, "errors": errors, "warnings": []}
    return {"file": str(path), "errors": [], "warnings": list(warnings)}


def _warnings(path: Path) -> tuple[str, ...]:
    """What is odd about a file, a scenario or a plan; raises `BadInput` with all that is wrong."""
    if not loader.is_plan(read_bounded(path, strict_yaml.MAX_BYTES)):
        return scenario_files.load(str(path)).warnings
    loaded = plans.load(path)
    if problems := judging.problems(loaded.plan, str(path)):
        raise BadInput(problems)
    return tuple(map(str, loaded.warnings))
