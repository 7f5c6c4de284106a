"""What commands say on standard output and, of mistakes, on standard error."""

import os
import sys

from scenarios.problems import BadInput, one_line


def tell(text: str) -> None:
    """Prints the text; where its reader has gone, nothing, and what is to be done goes on."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tell_first(bad: BadInput) -> None:
    """The first thing wrong, and how many more there are."""
    first, *others = bad.problems
    more = f" (và {len(others)} lỗi nữa / and {len(others)} more)" if others else ""
    tell_error(f"{first}{more}")


def tell_error(text: str) -> None:
    """One line on standard error."""
    print(one_line(text), file=sys.stderr)
