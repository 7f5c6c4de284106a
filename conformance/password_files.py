"""Passwords kept in files of their own, so that none stands in a file that is shared."""

from pathlib import Path

from scenarios import problems, strict_yaml
from scenarios.files import read_bounded
from scenarios.problems import BadInput

_MOST_BYTES = 256


def password_in(document: strict_yaml.Document, place: problems.Path, folder: Path) -> str:
    """The one line of the file in `folder` that `place` names; raises `BadInput`, not saying it."""
    file = folder / str(document.data_at(place))
    try:
        password = read_bounded(file, _MOST_BYTES).decode().rstrip("\r\n")
    except (BadInput, UnicodeDecodeError):
        password = ""
    if not password or not password.isprintable():
        wrong = problems.shortened(str(file))
        raise BadInput([document.problem(place, wrong, "a file with one line, the password")])
    return password
