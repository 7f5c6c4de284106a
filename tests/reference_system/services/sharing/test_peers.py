import stat

import pytest
from sqlalchemy import select

from reference_system.services.acting import looking
from reference_system.services.refusals import Conflict, Forbidden, Invalid, NotKnown
from reference_system.services.sharing import peers
from reference_system.services.sharing.peers import About, must_be_usable
from reference_system.services.units import Unit
from reference_system.store.people import AuditEntry

BINH_DINH, CENTRE = Unit("province", "52"), Unit("central", "VN")
ABOUT = About("HTTTNTW", "Trung ương", CENTRE, "http://127.0.0.1:1")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "http://[::1]:1/a", "https://localhost", "http://127.9.9.9"]
)
def test_this_machine_may_be_contacted(url):
    must_be_usable(url, network_allowed=False)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://10.0.0.1",
            "https://example.vn",
            "http://127.0.0.1.example.vn",
            "http://[fe80::1]",
        ),
        *("http://user:pass@127.0.0.1", "http://127.0.0.1/?a=b", "http://127.0.0.1/#x", "http://"),
        *("ftp://127.0.0.1", "file:///etc/passwd", "http://[::1", "http://127.0.0.1:99999", ""),
        *("http://0x7f000001", "http://2130706433", "http://127.0.0.1\n.example.vn"),
    ],
)
def test_nothing_else_may(url):
    with pytest.raises(Invalid):
        must_be_usable(url, network_allowed=False)


def test_the_network_only_under_tls():
    must_be_usable("https://ttn.example.vn", network_allowed=True)
    with pytest.raises(Invalid, match="address-outside"):
        must_be_usable("http://ttn.example.vn", network_allowed=True)


def test_tokens_are_kept_apart(system, person, act):
    with act(person("binh")) as doing:
        row, token = peers.register(doing, ABOUT)
        peers.keep_token(doing, row.id, "secret-of-the-centre-1234")
    assert peers.known(system, token).id == row.id
    (file,) = (system.settings.data_dir / "peers").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert peers.token_for(system, row) == "secret-of-the-centre-1234"
    with system.database.reading() as session:
        log = repr([(e.subject, e.detail) for e in session.scalars(select(AuditEntry))])
    assert token not in log
    assert "secret-of-the-centre" not in log
    with act(person("chau")) as doing:
        fresh = peers.renew_token(doing, row.id)
    with pytest.raises(NotKnown):
        peers.known(system, token)
    assert peers.known(system, fresh).id == row.id


def test_a_peer_that_is_off_is_not_known(system, person, act):
    binh = person("binh")
    with act(binh) as doing:
        row, token = peers.register(doing, ABOUT)
    off = About(**{**{n: getattr(ABOUT, n) for n in ABOUT.__slots__}, "active": False})
    with act(binh) as doing:
        peers.change(doing, row.id, off)
    with pytest.raises(NotKnown):
        peers.known(system, token)


def test_who_may_register(system, person, act):
    with pytest.raises(Forbidden), act(person("an", Unit("commune", "21613"))) as doing:
        peers.register(doing, ABOUT)
    binh = person("binh")
    with act(binh) as doing:
        peers.register(doing, ABOUT)
    with pytest.raises(Conflict, match="peer-known"), act(binh) as doing:
        peers.register(doing, ABOUT)
    with pytest.raises(Invalid, match="own-source-id"), act(binh) as doing:
        peers.register(doing, About(system.settings.source_id, "x", BINH_DINH, ABOUT.url))
    with looking(system, binh) as doing:
        assert [row.source_id for row in peers.listed(doing)] == ["HTTTNTW"]
