"""`ttcs serve`: the reference source system."""

import gc
from importlib.util import find_spec

from reference_system.options import Options
from ttcs.main import BAD_INPUT, CONFORMANT
from ttcs.telling import tell, tell_error


def serve(options: Options) -> int:
    """Serve until told to stop, with 0; 2 where it cannot start as asked."""
    if find_spec("fastapi") is None or find_spec("sqlalchemy") is None:
        tell_error("ttcs serve needs more packages: pip install 'ttcs-hil[server]'")
        return BAD_INPUT
    # What is loaded stays: to look through it for garbage, now or later, takes time for nothing.
    gc.disable()
    from reference_system.serving import CannotServe, serve

    gc.freeze()
    gc.enable()
    try:
        serve(options, tell)
    except CannotServe as error:
        tell_error(str(error))
        return BAD_INPUT
    return CONFORMANT
