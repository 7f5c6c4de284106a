"""`ttcs report`: a finished run told as a page, a document, or for machines."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

from conformance.bundle import json_bytes
from reports import bundle_reading, certification_junit, certification_reading, junit
from reports.words import Language
from scenarios.problems import BadInput, Problem, one_line
from ttcs import whole_file
from ttcs.main import BAD_INPUT, CONFORMANT, HARNESS_ERROR
from ttcs.telling import tell, tell_error, tell_first

Format = Literal["html", "pdf", "junit", "json"]

_DRAWING: Final = ("matplotlib", "fontpkg_be_vietnam_pro")
_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "--format html": (*_DRAWING, "jinja2"),
    "--format pdf": (*_DRAWING, "typst"),
    "--pictures": _DRAWING,
}
"""Modules of the extra `report`, by the option that needs them."""


def report(
    bundle: Path, form: Format, out: Path | None, pictures: Path | None, language: Language
) -> int:
    """Prints or writes what was asked for; the exit code says nothing of the verdict."""
    if out is None and form in ("html", "pdf"):
        out = Path(f"{bundle.resolve().name.removesuffix('.zip') or 'report'}.{form}")
    try:
        _check_places(form, out, pictures)
        tried = certification_reading.is_certification(bundle)
        if form in ("html", "pdf") or pictures is not None:
            draw = _drawn_certification if tried else _drawn
            files = draw(bundle, form, out, pictures, language)
        else:
            files = {}
        if form in ("junit", "json"):
            say = _certification_for_machines if tried else _for_machines
            content = say(bundle, form)
            if out is None:
                tell(content.decode().rstrip("\n"))
            else:
                files[out] = content
    except BadInput as bad:
        tell_first(bad)
        return BAD_INPUT
    except RuntimeError as error:  # Typst's
        tell_error(f"{bundle}: {error}; nothing was written")
        return HARNESS_ERROR
    return _write(files)


def _drawn(
    bundle: Path, form: Format, out: Path | None, pictures: Path | None, language: Language
) -> dict[Path, bytes]:
    from reports import plots
    from reports.findings.found import Found

    found = Found.of(bundle_reading.read(bundle))
    files = {}
    if out is not None and form == "html":
        from reports.html.page import page

        files[out] = page(found, language)
    elif out is not None and form == "pdf":
        from reports.pdf import pdf

        files[out] = pdf(found, language)
    if pictures is not None:
        drawn = plots.pictures(found, language)
        files |= {pictures / name: picture for name, picture in drawn}
    return files


def _drawn_certification(
    bundle: Path, form: Format, out: Path | None, pictures: Path | None, language: Language
) -> dict[Path, bytes]:
    from reports.findings.certified import Certified

    if pictures is not None:
        wrong, expected = "given with a certification", "the bundle of a run"
        raise BadInput([Problem(f"--pictures {pictures}", None, None, "", wrong, expected)])
    assert out is not None  # without pictures there is no other reason to draw
    found = Certified(certification_reading.read(bundle))
    if form == "html":
        from reports.html.certification_page import page

        return {out: page(found, language)}
    from reports.certification_pdf import pdf

    return {out: pdf(found, language)}


def _certification_for_machines(bundle: Path, form: Format) -> bytes:
    results = certification_reading.read(bundle).results
    return json_bytes(results) if form == "json" else certification_junit.junit(results)


def _for_machines(bundle: Path, form: Format) -> bytes:
    results = bundle_reading.read_results(bundle)
    if form == "json":
        return json_bytes(results)
    return junit.junit([results], bundle_reading.read_manifest(bundle)["versions"])


def _check_places(form: Format, out: Path | None, pictures: Path | None) -> None:
    _check_installed(f"--format {form}")
    if out is not None:
        whole_file.check("--out", out)
    if pictures is not None:
        _check_installed("--pictures")
        if pictures.exists() and not pictures.is_dir():
            wrong, expected = "something other than a folder", "a folder"
            raise BadInput([Problem(f"--pictures {pictures}", None, None, "", wrong, expected)])


def _check_installed(option: str) -> None:
    missing = [name for name in _NEEDS.get(option, ()) if find_spec(name) is None]
    if missing:
        wrong, hint = f"without {', '.join(missing)}", "pip install 'ttcs-hil[report]'"
        raise BadInput([Problem(option, None, None, "", wrong, "it installed", hint)])


def _write(files: Mapping[Path, bytes]) -> int:
    for place, content in files.items():
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            whole_file.write(place, content)
        except OSError as error:
            tell_error(f"{place}: {error.strerror or error}; nothing was written there")
            return HARNESS_ERROR
        tell(one_line(str(place)))
    return CONFORMANT
