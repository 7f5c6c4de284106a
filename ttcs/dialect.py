"""`ttcs dialect test`: a dialect against its transcripts and the contract."""

import json

from scenarios.problems import BadInput
from ttcs.main import BAD_INPUT, CONFORMANT, INCONCLUSIVE, NOT_CONFORMANT
from ttcs.telling import tell, tell_error, tell_first


def held_against(name_or_file: str, *, as_json: bool) -> int:
    """Say what does not translate as recorded, line by line; the exit code."""
    from simulator.dialects import checking, transcript
    from simulator.dialects.loading import load

    try:
        loaded = load(name_or_file)
        files = sorted(loaded.transcripts.glob("*.jsonl"))
        checked = checking.check(
            loaded.dialect, loaded.file, [transcript.read(file) for file in files]
        )
    except BadInput as bad:
        tell_first(bad)
        return BAD_INPUT
    if as_json:
        tell(
            json.dumps(
                {
                    "dialect": loaded.dialect.name,
                    "transcripts": checked.transcripts,
                    "lines": checked.lines,
                    "properties": checked.properties,
                    "findings": [{"where": f.where, "what": f.what} for f in checked.findings],
                },
                ensure_ascii=False,
                indent=1,
            )
        )
    else:
        for finding in checked.findings:
            tell(str(finding))
        tell(
            f"{loaded.dialect.name}: {checked.transcripts} bản ghi / transcripts, "
            f"{checked.lines} dòng / lines, {checked.properties} tính chất / properties, "
            f"{len(checked.findings)} sai / wrong"
        )
    if checked.findings:
        return NOT_CONFORMANT
    if not checked.lines:
        tell_error(f"{loaded.transcripts}: không có bản ghi / there is no transcript")
        return INCONCLUSIVE
    return CONFORMANT
