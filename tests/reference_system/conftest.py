"""A source system for a test: on SQLite and on a real PostgreSQL, with a clock that obeys."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from starlette.testclient import TestClient

from reference_system.services.acting import ROLES, Actor, acting
from reference_system.services.system import Settings, System
from reference_system.services.units import Unit
from reference_system.store import tables
from reference_system.store.base import new_id
from reference_system.store.database import Database
from reference_system.store.people import LoginSession, Person, PersonRole
from reference_system.web.app import application
from tests.reference_system.postgres import running

BINH_DINH = Unit("province", "52")
AN_LAO = Unit("district", "542")
AN_HUNG = Unit("commune", "21613")
SIX_IN_THE_MORNING_MS = 1_664_233_200_000  # 2022-09-27T06:00:00+07:00


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    ms: int = SIX_IN_THE_MORNING_MS

    def __call__(self) -> int:
        return self.ms

    def advance(self, ms: int) -> None:
        self.ms += ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of this process's own, with the tables in a template."""
    with running() as server:
        template = Database(f"{server.address}/template1")
        tables.METADATA.create_all(template.engine)
        template.close()
        yield server.address


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables and nothing in them."""
    file = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    database = Database(f"sqlite:///{file}")
    tables.METADATA.create_all(database.engine)
    database.close()
    return file


BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.needs_tool("postgres")))


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with tables and nothing in them."""
    if request.param == "sqlite":
        file = tmp_path / "ttcs.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        return f"sqlite:///{file}"
    return _new_database(request.getfixturevalue("postgres"), tmp_path, "template1")


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite'}"
    return _new_database(request.getfixturevalue("postgres"), tmp_path, "template0")


def _new_database(server: str, tmp_path: Path, template: str) -> str:
    name = "t" + hashlib.sha256(f"{tmp_path}{template}".encode()).hexdigest()[:20]
    engine = create_engine(
        f"{server}/postgres".replace("postgresql:", "postgresql+psycopg:"),
        isolation_level="AUTOCOMMIT",
    )
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()
    return f"{server}/{name}"


@pytest.fixture
def system(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[System]:
    """Bình Định's source system in the era 2022, with districts."""
    database = Database(database_url)
    settings = Settings(
        unit=BINH_DINH,
        era="2022",
        source_id="TTN-52",
        name="Hệ thống thông tin nguồn tỉnh Bình Định",
        data_dir=tmp_path / "data",
        public_url="http://127.0.0.1:8080",
    )
    settings.data_dir.mkdir()
    yield System(settings, database, clock)
    database.close()


@pytest.fixture
def person(system: System) -> Callable[..., Actor]:
    """Makes people: `person("lan", BINH_DINH, "compose")`; with no role named, with all."""

    def make(login: str, unit: Unit = BINH_DINH, *roles: str, **about: object) -> Actor:
        named = frozenset(role for role in ROLES if role in roles or not roles)
        now = system.clock()
        actor = Actor(new_id(now), login, login.capitalize(), unit, named)
        actor = replace(actor, confirmed_ms=now, **about)
        with system.database.writing() as session:
            session.add(
                Person(
                    id=actor.person_id,
                    login=login,
                    name=actor.name,
                    level=unit.level,
                    code=unit.code,
                    department=actor.department,
                    password_hash="",
                    created_ms=now,
                )
            )
            session.flush()
            session.add_all(PersonRole(person_id=actor.person_id, role=role) for role in named)
        return actor

    return make


@pytest.fixture
def act(system: System) -> Callable[[Actor], object]:
    """`with act(actor) as doing:` is one act of that person."""

    def begin(actor: Actor) -> object:
        return acting(system, actor)

    return begin


@pytest.fixture
def client(system: System) -> Iterator[Callable[[Actor | None], TestClient]]:
    """HTTP clients, logged in as a person, or nobody for None."""
    application_of = application(system)
    opened = []

    def connect(actor: Actor | None) -> TestClient:
        headers = {}
        if actor is not None:
            token = new_id(system.clock())
            with system.database.writing() as session:
                session.add(
                    LoginSession(
                        token_hash=hashlib.sha256(token.encode()).digest(),
                        person_id=actor.person_id,
                        created_ms=system.clock(),
                        used_ms=system.clock(),
                        expires_ms=system.clock() + 10**9,
                        confirmed_ms=actor.confirmed_ms,
                    )
                )
            headers["authorization"] = f"Bearer {token}"
        each = TestClient(application_of, headers=headers, raise_server_exceptions=True)
        opened.append(each)
        return each

    yield connect
    for each in opened:
        each.close()
