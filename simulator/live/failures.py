"""Why a live run comes to no end that could be judged. Loads nothing else."""


class NotLived(Exception):
    """The run came to no end that could be judged; the text is one line."""
