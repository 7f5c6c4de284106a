"""Why a live run comes to no end that could be judged. Loads nothing else."""


class NotLived(Exception):  # noqa: N818 - reads as what it is where it is caught
    """The run came to no end that could be judged; the text is one line."""
