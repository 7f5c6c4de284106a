"""`ttcs playout`: one case through one engine."""

import json
from pathlib import Path

from scenarios.problems import BadInput, Problem
from simulator.playout import engines, model, reading
from simulator.playout.case import Case, Segment
from ttcs.main import BAD_INPUT, CONFORMANT
from ttcs.telling import tell, tell_error


def playout(path: Path, engine: str) -> int:
    """Prints the segments of every device; the exit code."""
    try:
        segments = _play(reading.read(path), engine)
    except BadInput as bad:
        tell_error(str(bad.problems[0]))
        return BAD_INPUT
    tell(json.dumps(reading.segments_as_json(segments), ensure_ascii=False))
    return CONFORMANT


def _play(case: Case, engine: str) -> dict[str, list[Segment]]:
    known = ("simpy", "numpy", *(name for name in engines.vectorised() if name != "numpy"))
    if engine not in known:
        expected = f"one of {', '.join(known)}"
        hint = "pip install 'ttcs-hil[compiled]'" if engine == "compiled" else None
        raise BadInput([Problem("--engine", None, None, "", engine, expected, hint)])
    if engine == "simpy":
        return model.play(case)
    return engines.play_case(case, engines.engine(engine))
