"""The page of a certification, put together from its templates with nothing from outside."""

from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup

from conformance import limits
from conformance.certified import NO_CERTIFICATE, scope
from conformance.verdicts import Verdict
from reports import certification_report_words as own
from reports import certification_words as words
from reports.certification_subject import bench, subject
from reports.findings.certified import Certified, guards
from reports.html import bilingual
from reports.html.rendering import FOLDER, environment, font_faces, hash_of
from reports.report_words import MARKS
from reports.words import VERDICTS, Language

MOST_FAILURES: Final = 200


def page(found: Certified, language: Language) -> bytes:
    """The whole page; `language` is the one that it opens in."""
    of = found.of
    script = (FOLDER / "certification.js").read_text("utf-8")
    style = "".join(
        (FOLDER / name).read_text("utf-8") for name in ("report.css", "certification.css")
    )
    template = environment(_WORDS).get_template("certification.html.jinja")
    shown = template.render(
        found=found,
        results=of.results,
        subject=subject(of.evidence.plan.role),
        bench=bench(of.evidence.plan),
        plan=of.evidence.plan,
        seal=of.seal,
        digests=of.digests,
        scope=scope(of.evidence),
        language=language,
        # Files of this package, written into the page as they are.
        style=Markup(font_faces() + style),
        script=Markup(script),
        script_hash=hash_of(script),
    )
    return shown.encode()


_WORDS: Final[Mapping[str, Any]] = {
    "b": bilingual.both,
    "t": bilingual.said,
    "english": bilingual.english,
    "count": bilingual.count,
    "time": bilingual.time,
    "guards": guards,
    "BY": words.BY,
    "BLOCKED": own.BLOCKED,
    "CAPABILITIES": own.CAPABILITIES,
    "CAUSES": own.CAUSES,
    "FOLLOWS": own.FOLLOWS,
    "GUARDS": own.GUARDS,
    "HAPPENED": own.HAPPENED,
    "LANES": own.LANES,
    "LEVELS": own.LEVELS,
    "LIMITS": limits.NAMES,
    "MARKS": MARKS,
    "METHODS": words.METHODS,
    "MOST_FAILURES": MOST_FAILURES,
    "NATURES": words.NATURES,
    "NOT_MEASURED": own.NOT_MEASURED,
    "NO_CERTIFICATE": NO_CERTIFICATE,
    "ROLES": words.ROLES,
    "RUN_BY": words.RUN_BY,
    "STANDINGS": own.STANDINGS,
    "SUMMARY": (
        *(Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE),
        *(Verdict.NOT_RUN, Verdict.ERROR),
    ),
    "TITLE": own.TITLE,
    "UNSIGNED": words.SIGNERS["unsigned"],
    "VERDICTS": VERDICTS,
    "WAIVERS": own.WAIVERS,
    "WHY": words.WHY,
    "YES_NO": own.YES_NO,
}
