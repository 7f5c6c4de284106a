"""What orders need to be given: devices that stand somewhere, and bulletins that are approved."""

from collections.abc import Callable

import pytest

from reference_system.services.system import System
from reference_system.store.content import BulletinContent, BulletinRow, Media
from reference_system.store.devices import Device


@pytest.fixture
def speakers(system: System) -> Callable[..., list[str]]:
    """Registers so many speakers in a commune: `speakers("21613", 2)`."""

    def register(commune: str, count: int = 1, **about: object) -> list[str]:
        names = [f"{commune}-{number:04}" for number in range(1, count + 1)]
        with system.database.writing() as session:
            session.add_all(
                Device(
                    id=name,
                    name=name,
                    kind="ip-speaker",
                    profile="speaker-reference",
                    commune=commune,
                    registered_ms=system.clock(),
                    **about,
                )
                for name in names
            )
        return names

    return register


@pytest.fixture
def approved(system: System) -> Callable[..., str]:
    """Stores an approved bulletin with a sound of 40 s: `approved("storm", "emergency")`."""

    def store(key: str, bulletin_class: str = "normal", **about: object) -> str:
        sha256 = key.encode().hex().ljust(64, "0")
        with system.database.writing() as session:
            if session.get(Media, sha256) is None:
                session.add(
                    Media(
                        sha256=sha256,
                        media_type="audio/mpeg",
                        size_bytes=640_000,
                        duration_ms=40_000,
                        origin="test",
                        created_ms=system.clock(),
                    )
                )
                session.flush()
            words = {
                "title": key.capitalize(),
                "severity": 0,
                "field": "unexpected",
                "kind": "audio",
                "status": "Actual",
                "state": "approved",
                "level": "province",
                "code": "52",
                "created_ms": system.clock(),
                "changed_ms": system.clock(),
            }
            session.add(BulletinRow(id=key, bulletin_class=bulletin_class, **(words | about)))
            session.flush()
            session.add(
                BulletinContent(bulletin_id=key, language="vi", text=key, media_sha256=sha256)
            )
        return key

    return store
