"""`ttcs report`: what was run, tried or planned, told as a page, a document, or for machines."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

from conformance.bundle import json_bytes
from reports import bundle_reading, junit, rollout_reading
from reports.words import Language
from scenarios.problems import BadInput, Problem, one_line
from ttcs import whole_file
from ttcs.main import BAD_INPUT, CONFORMANT, HARNESS_ERROR
from ttcs.telling import tell, tell_error, tell_first

Format = Literal["html", "pdf", "csv", "junit", "json"]

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
    if out is None and form in ("html", "pdf", "csv"):
        name = bundle.resolve().name.removesuffix(".zip") or "report"
        out = Path(f"{name}-csv" if form == "csv" else f"{name}.{form}")
    try:
        _check_places(form, out, pictures)
        kind = _KINDS[_kind_of(bundle)]
        files = {}
        if form in ("html", "pdf") or pictures is not None:
            files = kind.draw(bundle, form, out, pictures, language)
        if form == "csv":
            assert out is not None
            files |= {out / name: table for name, table in _tables(bundle, language)}
        elif form in ("junit", "json"):
            content = kind.say(bundle, form)
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


def _kind_of(bundle: Path) -> str:
    """What it is; only what that needs is loaded, as certifications and plans need much."""
    if rollout_reading.is_plan(bundle):
        return rollout_reading.KIND
    from reports.certification_reading import is_certification

    return "certification" if is_certification(bundle) else "run"


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
    from reports.certification_reading import read
    from reports.findings.certified import Certified

    if pictures is not None:
        wrong, expected = "given with a certification", "the bundle of a run"
        raise BadInput([Problem(f"--pictures {pictures}", None, None, "", wrong, expected)])
    assert out is not None  # without pictures there is no other reason to draw
    found = Certified(read(bundle))
    if form == "html":
        from reports.html.certification_page import page

        return {out: page(found, language)}
    from reports.certification_pdf import pdf

    return {out: pdf(found, language)}


def _drawn_plan(
    bundle: Path, form: Format, out: Path | None, pictures: Path | None, language: Language
) -> dict[Path, bytes]:
    from reports import rollout_plots
    from reports.findings.rollout import Rollout

    found = Rollout(rollout_reading.read(bundle))
    files = {}
    if out is not None and form == "html":
        from reports.html.rollout_page import page

        files[out] = page(found, language)
    elif out is not None and form == "pdf":
        from reports.rollout_pdf import pdf

        files[out] = pdf(found, language)
    if pictures is not None:
        drawn = rollout_plots.pictures(found, language)
        files |= {pictures / name: picture for name, picture in drawn}
    return files


def _certification_for_machines(bundle: Path, form: Format) -> bytes:
    from reports.certification_junit import junit
    from reports.certification_reading import read

    results = read(bundle).results
    return json_bytes(results) if form == "json" else junit(results)


def _for_machines(bundle: Path, form: Format) -> bytes:
    results = bundle_reading.read_results(bundle)
    if form == "json":
        return json_bytes(results)
    return junit.junit([results], bundle_reading.read_manifest(bundle)["versions"])


def _plan_for_machines(bundle: Path, form: Format) -> bytes:
    from reports.rollout_junit import junit

    found = rollout_reading.read(bundle)
    if form == "json":
        return json_bytes(found.results)
    return junit(found.results, found.manifest["versions"])


def _tables(bundle: Path, language: Language) -> Iterable[tuple[str, bytes]]:
    from reports.rollout_csv import tables

    if not rollout_reading.is_plan(bundle):
        wrong, expected = "given with something else", "the bundle of a plan"
        raise BadInput([Problem("--format csv", None, None, "", wrong, expected)])
    return tables(rollout_reading.read(bundle).results, language)


@dataclass(frozen=True, slots=True)
class _Kind:
    """How bundles of a kind are drawn, and told to machines."""

    draw: Callable[[Path, Format, Path | None, Path | None, Language], dict[Path, bytes]]
    say: Callable[[Path, Format], bytes]


_KINDS: Final[Mapping[str, _Kind]] = {
    "run": _Kind(_drawn, _for_machines),
    "certification": _Kind(_drawn_certification, _certification_for_machines),
    rollout_reading.KIND: _Kind(_drawn_plan, _plan_for_machines),
}


def _check_places(form: Format, out: Path | None, pictures: Path | None) -> None:
    _check_installed(f"--format {form}")
    if out is not None and form == "csv":
        _check_folder("--out", out)
    elif out is not None:
        whole_file.check("--out", out)
    if pictures is not None:
        _check_installed("--pictures")
        _check_folder("--pictures", pictures)


def _check_folder(option: str, folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        wrong, expected = "something other than a folder", "a folder"
        raise BadInput([Problem(f"{option} {folder}", None, None, "", wrong, expected)])


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
