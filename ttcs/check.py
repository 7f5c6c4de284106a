"""`ttcs check`: everything that is wrong with scenario files, one line each."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from scenarios.problems import BadInput, one_line
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
        file = scenario_files.load(name)
    except BadInput as bad:
        errors = [{"text": str(problem), **asdict(problem)} for problem in bad.problems]
        return {"file": name, "errors": errors, "warnings": []}
    return {"file": str(file.path), "errors": [], "warnings": list(file.warnings)}
