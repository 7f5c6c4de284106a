"""`python -m ttcs` is the command `ttcs`.

For `-m` Python looks for modules in the current folder first, where a user's own `reports/` or
`scenarios/` would hide those of this project. So that folder is not searched, unless this package
itself lies there.
"""

import sys
from pathlib import Path

if not sys.flags.safe_path and Path(sys.path[0]).resolve() != Path(__file__).resolve().parents[1]:
    del sys.path[0]

from ttcs.main import entry

entry()
