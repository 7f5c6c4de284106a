"""The fast path: one person composes and approves an emergency in one go, on the record as such."""

from reference_system.services.acting import Act, Actor, acting, looking
from reference_system.services.content import bulletins, media
from reference_system.services.content.drafts import FIRST_LANGUAGE, Draft
from reference_system.services.content.speaking import DEFAULT_ENGINE, speech
from reference_system.services.content.workflow import RULES
from reference_system.services.system import System
from reference_system.services.units import Unit
from reference_system.store.content import BulletinRow


def raise_emergency(
    system: System,
    actor: Actor,
    draft: Draft,
    *,
    client_id: str | None = None,
    unit: Unit | None = None,
) -> BulletinRow:
    """An emergency, composed, spoken where it is a text without a sound, and approved at once.

    Needs the roles compose, approve and operate, and the second factor just shown. Sends nothing:
    that is an order's part. Asked again with the same `client_id` and words, gives the same one.
    """
    with looking(system, actor) as act:
        _may(act, draft, unit or actor.unit)
    first = draft.content(FIRST_LANGUAGE)
    spoken: media.Kept | None = None
    if draft.kind == "text" and first is not None and first.text and first.media_sha256 is None:
        spoken = speech(system, first.text, draft.status, FIRST_LANGUAGE)
    with acting(system, actor) as act:
        row = bulletins.create(act, draft, client_id=client_id, unit=unit)
        if row.state != "draft":
            return row
        if spoken is not None:
            media.add(act, spoken, f"{DEFAULT_ENGINE} ({FIRST_LANGUAGE})")
            by = (FIRST_LANGUAGE, spoken.sha256, DEFAULT_ENGINE)
            bulletins.set_spoken(act, row.id, row.version, *by)
        return bulletins.take(act, row.id, "approve-at-once", row.version)


def _may(act: Act, draft: Draft, unit: Unit) -> None:
    for role in RULES["draft", "approve-at-once"].roles:
        act.require(role, unit)
    if draft.bulletin_class != "emergency":
        raise bulletins.not_emergency()
    act.require_confirmation()
