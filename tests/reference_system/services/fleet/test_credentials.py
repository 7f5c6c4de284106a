"""Secrets and tokens of devices."""

import pytest

from reference_system.broker import passwords
from reference_system.services.fleet import credentials, deliveries, devices
from reference_system.services.fleet.credentials import LOGINS_PER_MINUTE, TOKEN_MS, Logins
from reference_system.services.fleet.devices import Registration
from reference_system.services.refusals import Forbidden, NotKnown, TooOften
from reference_system.store.devices import Device
from reference_system.store.orders import Delivery


@pytest.fixture
def secret(person, act):
    with act(person("lan")) as doing:
        row = Registration("AH-01", "Cụm loa 1", "ip-speaker", "speaker-reference", "21613")
        return devices.register_one(doing, row).secret


def log_in(system, secret, logins=None, device="AH-01"):
    return credentials.log_in(system, logins or Logins(), device, secret)


def test_a_login_gives_a_token_and_the_same_one_again(system, clock, secret):
    token = log_in(system, secret)
    assert token.expires_ms == clock.ms + TOKEN_MS
    assert credentials.device_of(system, token.text) == "AH-01"
    clock.advance(TOKEN_MS // 2 - 1)
    assert log_in(system, secret) == token
    clock.advance(1)
    renewed = log_in(system, secret)
    assert renewed.text != token.text
    assert renewed.expires_ms == clock.ms + TOKEN_MS
    with pytest.raises(NotKnown):
        credentials.device_of(system, token.text)
    clock.advance(TOKEN_MS)
    with pytest.raises(NotKnown):
        credentials.device_of(system, renewed.text)


def test_nothing_that_is_stored_lets_anybody_in(system, secret):
    token = log_in(system, secret)
    with system.database.reading() as session:
        device = session.get_one(Device, "AH-01")
    stored = [value for value in vars(device).values() if isinstance(value, str)]
    assert secret not in stored
    assert token.text not in stored
    for value in stored:
        with pytest.raises(NotKnown):
            log_in(system, value)
        with pytest.raises(NotKnown):
            credentials.device_of(system, value)
    assert passwords.matches(secret, device.broker_hash)


def test_nobody_can_lock_a_device_out_by_wrong_secrets(system, clock, secret):
    logins = Logins()
    for _ in range(LOGINS_PER_MINUTE):
        with pytest.raises(NotKnown):
            log_in(system, "wrong", logins)
    with pytest.raises(TooOften):
        log_in(system, "wrong", logins)
    for _ in range(LOGINS_PER_MINUTE):
        log_in(system, secret, logins)
    with pytest.raises(TooOften):
        log_in(system, secret, logins)
    clock.advance(60_000)
    log_in(system, secret, logins)


def test_invented_names_fill_no_memory(system):
    logins = Logins()
    for number in range(50):
        with pytest.raises((NotKnown, TooOften)):
            log_in(system, "x", logins, f"invented-{number}")
    assert len(logins.at_ms) == 1


def test_a_new_secret_voids_the_old_one_and_its_token(system, person, act, secret):
    token = log_in(system, secret)
    with act(person("mai")) as doing:
        _, new = credentials.rotate(doing, "AH-01")
    for attempt in (
        lambda: log_in(system, secret),
        lambda: credentials.device_of(system, token.text),
    ):
        with pytest.raises(NotKnown):
            attempt()
    assert credentials.device_of(system, log_in(system, new).text) == "AH-01"


def test_a_revoked_device_is_let_in_no_more_and_gets_no_command(system, person, act, secret):
    mai = person("mai")
    token = log_in(system, secret)
    with act(mai) as doing:
        deliveries.set_volume(doing, "AH-01", 30, "v1")
        assert not credentials.revoke(doing, "AH-01").active
        credentials.revoke(doing, "AH-01")
    with pytest.raises(NotKnown):
        log_in(system, secret)
    with pytest.raises(NotKnown):
        credentials.device_of(system, token.text)
    with act(mai) as doing:
        assert doing.session.get_one(Delivery, "v1").state == "void"
        assert [event.event for event in devices.events(doing, "AH-01").items] == [
            "revoked",
            "registered",
        ]
        credentials.rotate(doing, "AH-01")
        assert devices.one(doing, "AH-01").active


def test_who_may_not_administer_changes_no_secret(person, act, secret):
    with act(person("nam", person("x").unit, "operate", "view")) as doing:
        for change in (credentials.rotate, credentials.revoke):
            with pytest.raises(Forbidden):
                change(doing, "AH-01")


def test_the_broker_is_told_what_it_does_not_know(system, person, act, secret):
    with system.database.writing() as session:
        first = credentials.untold(session)
        assert passwords.matches(secret, first["AH-01"])
    with act(person("mai")) as doing:
        credentials.rotate(doing, "AH-01")
    with system.database.writing() as session:
        credentials.told(session, first)  # it was told of the secret before
        second = credentials.untold(session)
        assert second["AH-01"] != first["AH-01"]
        credentials.told(session, second)
        assert credentials.untold(session) == {}
    with act(person("hoa")) as doing:
        credentials.revoke(doing, "AH-01")
    with system.database.writing() as session:
        assert credentials.untold(session) == {"AH-01": ""}
        assert credentials.for_broker(session) == {}
        credentials.told(session, {}, nobody_else=True)
        assert credentials.untold(session) == {}
