"""The report's typefaces: Be Vietnam Pro, and DejaVu Sans for what it lacks, on any machine."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

_WEIGHTS: Final[Mapping[int, str]] = {
    400: "BeVietnamPro-Regular.ttf",
    600: "BeVietnamPro-SemiBold.ttf",
}
_WIDE: Final = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")


def folders() -> tuple[Path, Path]:
    """Where the files of both stand."""
    import fontpkg_be_vietnam_pro
    import matplotlib

    return (
        Path(fontpkg_be_vietnam_pro.__file__).parent / "files",
        Path(matplotlib.get_data_path()) / "fonts" / "ttf",
    )


def faces() -> Mapping[int, bytes]:
    """The files of Be Vietnam Pro by weight."""
    folder, _ = folders()
    return {weight: (folder / name).read_bytes() for weight, name in _WEIGHTS.items()}


def drawable(text: str) -> str:
    """The text with every letter that DejaVu Sans lacks written as an escape."""
    known = _letters()
    return "".join(
        letter
        if letter == "\n" or ord(letter) in known
        else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )


@cache
def _letters() -> frozenset[int]:
    """Those that it has in both weights."""
    from fontTools.ttLib import TTFont

    _, folder = folders()
    known = []
    for name in _WIDE:
        with TTFont(folder / name, lazy=True) as font:
            known.append(frozenset(font.getBestCmap()))
    return known[0] & known[1]
