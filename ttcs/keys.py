"""`ttcs keys`: the keys that sign bundles."""

import json
from pathlib import Path

from conformance.signing import write_new
from scenarios.problems import BadInput
from ttcs.main import BAD_INPUT, CONFORMANT, HARNESS_ERROR
from ttcs.telling import tell, tell_error, tell_first


def new(name: Path, *, as_json: bool) -> int:
    """Writes a new pair; the exit code."""
    private, public = (name.with_name(f"{name.name}.{kind}.pem") for kind in ("key", "pub"))
    try:
        known = write_new(private, public)
    except BadInput as bad:
        tell_first(bad)
        return BAD_INPUT
    except OSError as error:
        tell_error(f"{error.filename or name}: {error.strerror or error}")
        return HARNESS_ERROR
    if as_json:
        said = {"private": str(private), "public": str(public), "fingerprint": known.fingerprint}
        tell(json.dumps(said, ensure_ascii=False, indent=1))
    else:
        tell(f"{private}: khóa riêng, giữ kín / private, keep it secret")
        tell(f"{public}: khóa công khai / public")
        tell(known.fingerprint)
    return CONFORMANT
