"""Logging in and out, locks, expiry, the second factor, and a clock that is set back."""

import base64
import stat
import tempfile
import threading
import time

import pyotp
import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from reference_system.services.acting import acting
from reference_system.services.people import (
    accounts,
    attempts,
    passwords,
    sealing,
    second_factor,
    sessions,
)
from reference_system.services.people.accounts import Account
from reference_system.services.people.attempts import AddressLimit
from reference_system.services.refusals import (
    Conflict,
    Forbidden,
    Invalid,
    NotKnown,
    TooOften,
    Unable,
)
from reference_system.services.system import Settings, System
from reference_system.services.units import Unit
from reference_system.store.base import Table
from reference_system.store.database import Database
from reference_system.store.people import AuditEntry, LoginSession, Person

BINH_DINH = Unit("province", "52")
RIGHT = "một con vịt xòe"
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
QUICK = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", QUICK)


@pytest.fixture
def lan(system, person):
    """Somebody with a password."""
    actor = person("lan", BINH_DINH, "operate", "approve")
    _set_password(system, actor.person_id)
    return actor


def _set_password(system, person_id) -> None:
    with system.database.writing() as session:
        session.get_one(Person, person_id).password_hash = passwords.hashed(RIGHT)


def _log_in(system, login="lan", password=RIGHT, address="10.0.0.1"):
    return sessions.log_in(system, login, password, address)


def _actions(system) -> list[str]:
    with system.database.reading() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)))


def test_a_login_gives_a_token_of_which_only_the_hash_is_stored(system, lan) -> None:
    opened = _log_in(system, "LAN")
    found = sessions.actor(system, opened.token)
    assert (found.person_id, found.roles) == (lan.person_id, {"operate", "approve"})
    assert found.confirmed_ms == 0
    with system.database.reading() as session:
        (stored,) = session.scalars(select(LoginSession)).all()
        (entry,) = session.scalars(select(AuditEntry)).all()
    assert stored.token_hash == sessions.token_hash(opened.token)
    assert (entry.action, entry.login, entry.detail) == ("login", "lan", {"address": "10.0.0.1"})


@pytest.mark.parametrize("token", ["", "x", "ü", "0" * 10_000])
def test_another_token_is_nobodys(system, lan, token) -> None:
    _log_in(system)
    with pytest.raises(NotKnown, match="not-logged-in"):
        sessions.actor(system, token)


def test_unknown_wrong_locked_and_closed_are_refused_in_the_same_words(
    system, lan, person, act
) -> None:
    closed = person("dong", BINH_DINH, "view")
    _set_password(system, closed.person_id)
    with act(person("me", BINH_DINH, "administer")) as doing:
        account = Account("dong", "Dong", BINH_DINH, closed.roles)
        accounts.change(doing, closed.person_id, account, active=False)

    def refusal(login, password):
        with pytest.raises(NotKnown) as refused:
            _log_in(system, login, password)
        return refused.value.code, refused.value.vi, refused.value.en, refused.value.field

    said = {refusal("dong", RIGHT), refusal("nobody", RIGHT)}
    said |= {refusal("lan", "sai") for _ in range(attempts.FREE)}
    said |= {refusal("lan", RIGHT)}
    assert len(said) == 1


def test_an_unknown_login_costs_as_much_as_a_wrong_password(system, lan, monkeypatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", passwords.PasswordHasher())
    _set_password(system, lan.person_id)

    def fastest(login) -> float:
        taken = []
        for _ in range(3):
            start = time.process_time()
            with pytest.raises(NotKnown):
                _log_in(system, login, "sai mật khẩu")
            taken.append(time.process_time() - start)
        return min(taken)

    fastest("nobody")  # the first one computes the hash that nobody has
    assert 0.5 < fastest("nobody") / fastest("lan") < 2


def test_the_log_keeps_what_was_tried_but_no_words_of_strangers(system, lan) -> None:
    for login in ("lan", "mật khẩu của tôi"):
        with pytest.raises(NotKnown):
            _log_in(system, login, "bí mật lắm")
    with system.database.reading() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.number)).all()
    assert [(each.action, each.login, each.subject) for each in entries] == [
        ("login-refused", "lan", "lan"),
        ("login-refused", "system", ""),
    ]
    assert "bí mật" not in str([each.detail for each in entries])


def test_locks_grow_up_to_fifteen_minutes_and_a_right_password_ends_them(
    system, lan, clock
) -> None:
    def wrong() -> None:
        with pytest.raises(NotKnown):
            _log_in(system, password="sai", address=str(clock.ms))

    for _ in range(attempts.FREE - 1):
        wrong()
    _log_in(system)  # four are free, and forgotten
    for _ in range(attempts.FREE):
        wrong()
    for minutes in (1, 2, 4, 8, 15, 15):
        clock.advance(minutes * MINUTE_MS - 1)
        with pytest.raises(NotKnown):
            _log_in(system, address=str(clock.ms))
        clock.advance(1)
        wrong()
    clock.advance(15 * MINUTE_MS)
    _log_in(system)
    wrong()
    _log_in(system)


def test_guesses_at_the_same_moment_count_one_by_one(system, lan) -> None:
    refused = []

    def guess(number: int) -> None:
        try:
            _log_in(system, password="sai" if number < 8 else RIGHT, address=f"10.0.0.{number}")
        except NotKnown:
            refused.append(number)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    guess(8)
    assert sorted(refused) == list(range(9))
    assert _actions(system) == ["login-refused"] * attempts.FREE


def test_an_administrator_ends_a_lock_by_a_new_password(system, lan, person, act) -> None:
    for _ in range(attempts.FREE):
        with pytest.raises(NotKnown):
            _log_in(system, password="sai")
    with act(person("me", BINH_DINH, "administer")) as doing:
        password = accounts.reset_password(doing, lan.person_id)
    opened = _log_in(system, password=password)
    with pytest.raises(Forbidden, match="password-change-needed"):
        sessions.actor(system, opened.token)
    sessions.change_password(system, opened.token, password, RIGHT)
    sessions.actor(system, _log_in(system).token)


def test_a_new_password_ends_all_sessions_and_needs_the_old_one(system, lan) -> None:
    here, there = _log_in(system).token, _log_in(system).token
    with pytest.raises(NotKnown, match="wrong-password"):
        sessions.change_password(system, here, "sai mật khẩu", "hai con thỏ trắng")
    with pytest.raises(Invalid, match="same-password"):
        sessions.change_password(system, here, RIGHT, RIGHT)
    with pytest.raises(Invalid, match="weak-password"):
        sessions.change_password(system, here, RIGHT, "ngắn")
    sessions.actor(system, there)
    sessions.change_password(system, here, RIGHT, "hai con thỏ trắng")
    for token in (here, there):
        with pytest.raises(NotKnown):
            sessions.actor(system, token)
    with pytest.raises(NotKnown):
        _log_in(system)
    _log_in(system, password="hai con thỏ trắng")


def test_a_hash_of_older_parameters_is_renewed_at_login(system, lan, monkeypatch) -> None:
    monkeypatch.setattr(
        passwords, "HASHER", passwords.PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
    )
    _log_in(system)
    with system.database.reading() as session:
        stored = session.get_one(Person, lan.person_id).password_hash
    assert "t=2" in stored
    _log_in(system)


def test_logging_out_here_and_everywhere(system, lan) -> None:
    one, two, three = (_log_in(system).token for _ in range(3))
    sessions.log_out(system, one)
    with pytest.raises(NotKnown):
        sessions.actor(system, one)
    sessions.actor(system, two)
    sessions.log_out(system, two, everywhere=True)
    with pytest.raises(NotKnown):
        sessions.actor(system, three)


def test_the_oldest_session_gives_way(system, lan, clock) -> None:
    tokens = []
    for _ in range(sessions.SESSIONS_EACH + 1):
        tokens.append(_log_in(system).token)
        clock.advance(1000)
    with pytest.raises(NotKnown):
        sessions.actor(system, tokens[0])
    for token in tokens[1:]:
        sessions.actor(system, token)


def test_an_address_has_its_share_of_attempts() -> None:
    limit = AddressLimit()
    for _ in range(attempts.ADDRESS_ATTEMPTS):
        limit.take("2001:db8::1", 0)
    for address in ("2001:db8::1", "2001:db8::ffff"):
        with pytest.raises(TooOften):
            limit.take(address, 1)
    limit.take("2001:db8:0:1::1", 1)
    limit.take("10.0.0.1", 1)
    limit.take("2001:db8::1", attempts.ADDRESS_WINDOW_MS)
    limit.take("2001:db8::1", -HOUR_MS)  # the clock was set back: a new window


def test_right_logins_use_nothing_up(system, lan) -> None:
    for _ in range(attempts.ADDRESS_ATTEMPTS + 1):
        _log_in(system)


def test_the_addresses_that_are_known_are_bounded(monkeypatch) -> None:
    monkeypatch.setattr(attempts, "ADDRESSES", 3)
    limit = AddressLimit()
    for _ in range(attempts.ADDRESS_ATTEMPTS):
        limit.take("a", 0)
    for address in "bcd":
        limit.take(address, 0)
    limit.take("a", 0)  # forgotten, as the one seen longest ago


# ---- The second factor --------------------------------------------------------------------------


@pytest.fixture
def enrolled(system, lan):
    """A token, and what the app on the phone shows at a moment."""
    token = _log_in(system).token
    enrolment = second_factor.enrol(system, token, RIGHT)
    return token, lambda ms: pyotp.TOTP(enrolment.secret).generate_otp(ms // 30_000)


def test_enrolment_needs_the_password_and_counts_with_the_first_code(system, lan) -> None:
    token = _log_in(system).token
    with pytest.raises(Conflict, match="totp-missing"):
        second_factor.confirm(system, token, "000000")
    with pytest.raises(NotKnown, match="wrong-password"):
        second_factor.enrol(system, token, "sai")
    enrolment = second_factor.enrol(system, token, RIGHT)
    assert pyotp.parse_uri(enrolment.uri).secret == enrolment.secret
    assert enrolment.uri.startswith("otpauth://totp/")
    again = second_factor.enrol(system, token, RIGHT)  # not confirmed: may begin again
    code = pyotp.TOTP(again.secret).generate_otp(system.clock() // 30_000)
    until_ms = second_factor.confirm(system, token, code)
    assert until_ms == system.clock() + system.settings.confirmation_ms
    assert sessions.actor(system, token).confirmed_ms == system.clock()


def test_a_copy_of_the_database_alone_gives_no_code(system, lan, tmp_path) -> None:
    token = _log_in(system).token
    secret = second_factor.enrol(system, token, RIGHT).secret
    with system.database.reading() as session:
        rows = [dict(row._mapping) for row in session.execute(select(Person.__table__))]
    stored = repr(rows).encode()
    for file in tmp_path.glob("*.sqlite*"):
        stored += file.read_bytes()
    assert secret.encode() not in stored
    assert base64.b32decode(secret) not in stored
    copied, (lan_row,) = tmp_path / "elsewhere", rows
    copied.mkdir()
    assert sealing.unsealed(copied, lan_row["id"], lan_row["totp_sealed"]) is None
    here = system.settings.data_dir
    assert sealing.unsealed(here, lan_row["id"], lan_row["totp_sealed"]) == secret
    assert sealing.unsealed(here, "another", lan_row["totp_sealed"]) is None
    assert stat.S_IMODE((here / sealing.KEY_FILE).stat().st_mode) == 0o600


def test_whose_key_was_lost_enrols_again_and_a_key_put_back_counts(system, enrolled, clock) -> None:
    token, code = enrolled
    second_factor.confirm(system, token, code(clock.ms))
    clock.advance(HOUR_MS // 2)
    key = system.settings.data_dir / sealing.KEY_FILE
    kept = key.read_text()
    assert second_factor.unreadable(system) == 0
    key.unlink()
    assert second_factor.unreadable(system) == 1
    with pytest.raises(Conflict, match="totp-unreadable"):
        second_factor.confirm(system, token, code(clock.ms))
    other = key.read_text()
    key.write_text(kept)
    second_factor.confirm(system, token, code(clock.ms))
    clock.advance(HOUR_MS // 2)
    key.write_text(other)
    again = second_factor.enrol(system, token, RIGHT)
    assert second_factor.unreadable(system) == 0
    second_factor.confirm(system, token, pyotp.TOTP(again.secret).at(clock.ms // 1000))


@pytest.mark.parametrize("damage", ["", "00", "no key", "é" * 32])
def test_a_damaged_key_is_told_and_kept(system, enrolled, clock, damage) -> None:
    token, code = enrolled
    key = system.settings.data_dir / sealing.KEY_FILE
    key.write_text(damage)
    for attempt in (
        lambda: second_factor.unreadable(system),
        lambda: second_factor.confirm(system, token, code(clock.ms)),
    ):
        with pytest.raises(Unable, match=sealing.KEY_FILE):
            attempt()
    assert key.read_text() == damage


def test_of_keys_made_at_one_time_one_counts(system) -> None:
    together = threading.Barrier(8)
    sealed: list[bytes] = []

    def begin() -> None:
        together.wait()
        sealed.append(sealing.seal(system.settings.data_dir, "lan", "S"))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {sealing.unsealed(system.settings.data_dir, "lan", each) for each in sealed} == {"S"}
    assert [file.name for file in system.settings.data_dir.iterdir()] == [sealing.KEY_FILE]


def test_a_code_works_once_and_one_step_either_way(system, enrolled, clock) -> None:
    token, code = enrolled
    now = clock.ms
    for wrong in (code(now - 60_000), code(now + 60_000)):
        with pytest.raises(NotKnown, match="wrong-code"):
            second_factor.confirm(system, token, wrong)
    second_factor.confirm(system, token, code(now - 30_000))
    for used in (code(now - 30_000), code(now - 60_000)):
        with pytest.raises(NotKnown, match="wrong-code"):
            second_factor.confirm(system, token, used)
    second_factor.confirm(system, token, code(now + 30_000))
    with pytest.raises(NotKnown, match="wrong-code"):
        second_factor.confirm(system, token, code(now))  # before one that worked


def test_wrong_codes_lock_the_second_factor_but_wrong_logins_do_not(
    system, enrolled, clock
) -> None:
    token, code = enrolled
    for _ in range(attempts.FREE):
        with pytest.raises(NotKnown):
            _log_in(system, password="sai")
    second_factor.confirm(system, token, code(clock.ms))
    clock.advance(HOUR_MS // 2)
    for _ in range(attempts.FREE):
        with pytest.raises(NotKnown, match="wrong-code"):
            second_factor.confirm(system, token, "000000")
    with pytest.raises(NotKnown, match="wrong-code"):
        second_factor.confirm(system, token, code(clock.ms))
    clock.advance(MINUTE_MS)
    second_factor.confirm(system, token, code(clock.ms))
    assert _actions(system).count("confirmation-refused") == attempts.FREE


def test_a_confirmation_lasts_a_while_and_for_its_session_only(system, enrolled, clock) -> None:
    token, code = enrolled
    other = _log_in(system).token
    second_factor.confirm(system, token, code(clock.ms))

    def confirmed(token: str) -> bool:
        try:
            with acting(system, sessions.actor(system, token)) as act:
                act.require_confirmation()
        except NotKnown:
            return False
        return True

    assert (confirmed(token), confirmed(other)) == (True, False)
    clock.advance(system.settings.confirmation_ms - 1)
    assert confirmed(token)
    clock.advance(-HOUR_MS // 120)  # 30 s back: before nothing that was confirmed
    assert confirmed(token)
    clock.advance(HOUR_MS // 120 + 1)
    assert not confirmed(token)


def test_a_set_second_factor_is_replaced_by_who_has_it_or_by_an_administrator(
    system, lan, enrolled, clock, person, act
) -> None:
    token, code = enrolled
    second_factor.confirm(system, token, code(clock.ms))
    stranger = _log_in(system).token
    with pytest.raises(Conflict, match="totp-set"):
        second_factor.enrol(system, stranger, RIGHT)
    second_factor.enrol(system, token, RIGHT)
    assert sessions.actor(system, token).confirmed_ms == 0
    with act(person("me", BINH_DINH, "administer")) as doing:
        accounts.reset_second_factor(doing, lan.person_id)
    with pytest.raises(NotKnown):
        sessions.actor(system, token)
    second_factor.enrol(system, _log_in(system).token, RIGHT)


# ---- The clock set back -------------------------------------------------------------------------


def test_a_session_ends_when_the_clock_is_set_back_by_more_than_a_step(system, lan, clock) -> None:
    token = _log_in(system).token
    clock.advance(-sessions.CLOCK_STEP_MS)
    sessions.actor(system, token)
    clock.advance(-1)
    with pytest.raises(NotKnown):
        sessions.actor(system, token)


def test_a_lock_of_a_clock_since_set_back_does_not_hold(system, lan, clock) -> None:
    for _ in range(attempts.FREE):
        with pytest.raises(NotKnown):
            _log_in(system, password="sai")
    clock.advance(-24 * HOUR_MS)
    with pytest.raises(NotKnown):
        _log_in(system, password="sai")  # heard, and locked anew from now
    with pytest.raises(NotKnown):
        _log_in(system)
    clock.advance(attempts.LONGEST_MS)
    _log_in(system)


def test_a_used_code_does_not_work_again_after_the_clock_was_set_back(
    system, enrolled, clock
) -> None:
    token, code = enrolled
    second_factor.confirm(system, token, code(clock.ms))
    clock.advance(-30_000)
    with pytest.raises(NotKnown, match="wrong-code"):
        second_factor.confirm(system, token, code(clock.ms))
    clock.advance(60_000)
    second_factor.confirm(system, token, code(clock.ms))


# ---- All of it in any order ---------------------------------------------------------------------


class Logins(RuleBasedStateMachine):
    """Logins, uses, pauses and log-outs, against what this model expects of them."""

    @initialize()
    def begin(self) -> None:
        self.was, passwords.HASHER = passwords.HASHER, QUICK
        self.now = 1_664_233_200_000
        self.folder = tempfile.TemporaryDirectory()
        self.system = System(
            Settings(BINH_DINH, "2022", "H08", "H", None, "http://127.0.0.1"),
            Database(f"sqlite:///{self.folder.name}/ttcs.sqlite"),
            lambda: self.now,
        )
        Table.metadata.create_all(self.system.database.engine)
        accounts.first_administrator(self.system)
        with self.system.database.writing() as session:
            someone = session.scalars(select(Person)).one()
            someone.password_hash = passwords.hashed(RIGHT)
            someone.must_change_password = False
        self.open: dict[str, tuple[int, int]] = {}  # token: opened, last used
        self.failed, self.locked_until, self.attempt = 0, 0, 0

    def teardown(self) -> None:
        if hasattr(self, "system"):
            self.system.database.close()
            self.folder.cleanup()
            passwords.HASHER = self.was

    def _heard(self) -> bool:
        return not 0 < self.locked_until - self.now <= attempts.LONGEST_MS

    def _log_in(self, password: str) -> str | None:
        self.attempt += 1
        try:
            return sessions.log_in(
                self.system, accounts.FIRST_LOGIN, password, str(self.attempt)
            ).token
        except NotKnown:
            return None

    @rule()
    def right_password(self) -> None:
        expected = self._heard()
        token = self._log_in(RIGHT)
        assert (token is not None) == expected
        if token is not None:
            self.failed = self.locked_until = 0
            lasting = {one: about for one, about in self.open.items() if self._lasts(one)}
            newest = sorted(lasting, key=lambda one: lasting[one][0], reverse=True)
            self.open = {one: lasting[one] for one in newest[: sessions.SESSIONS_EACH - 1]}
            self.open[token] = self.now, self.now
            self.now += 1  # so that no two are as old

    @rule(times=st.integers(1, 6))
    def wrong_password(self, times: int) -> None:
        for _ in range(times):
            heard = self._heard()
            assert self._log_in("sai") is None
            if heard:
                self.failed += 1
                if self.failed >= attempts.FREE:
                    minutes = min(2 ** (self.failed - attempts.FREE), 15)
                    self.locked_until = self.now + minutes * MINUTE_MS

    @rule(ms=st.sampled_from([1, 59_999, MINUTE_MS, 15 * MINUTE_MS, HOUR_MS - 1, HOUR_MS]))
    def wait(self, ms: int) -> None:
        self.now += ms

    @rule(ms=st.sampled_from([1, 1_000, MINUTE_MS, MINUTE_MS + 1, HOUR_MS]))
    def set_the_clock_back(self, ms: int) -> None:
        self.now -= ms

    def _lasts(self, token: str) -> bool:
        opened, used = self.open[token]
        return self.now < opened + 8 * HOUR_MS and -MINUTE_MS <= self.now - used < HOUR_MS

    @precondition(lambda self: self.open)
    @rule(pick=st.integers(0, 9))
    def use(self, pick: int) -> None:
        token = list(self.open)[pick % len(self.open)]
        expected = self._lasts(token)
        try:
            sessions.actor(self.system, token)
        except NotKnown:
            assert not expected
            return
        assert expected
        opened, used = self.open[token]
        if self.now - used >= sessions.USED_MS:
            self.open[token] = opened, self.now

    @precondition(lambda self: self.open)
    @rule(pick=st.integers(0, 9), everywhere=st.booleans())
    def log_out(self, pick: int, everywhere: bool) -> None:
        token = list(self.open)[pick % len(self.open)]
        expected = self._lasts(token)
        try:
            sessions.log_out(self.system, token, everywhere=everywhere)
        except NotKnown:
            assert not expected
            return
        assert expected
        if everywhere:
            self.open.clear()
        else:
            del self.open[token]

    @invariant()
    def no_more_sessions_than_allowed(self) -> None:
        if hasattr(self, "open"):
            assert len(self.open) <= sessions.SESSIONS_EACH


TestLogins = Logins.TestCase
TestLogins.settings = hypothesis_settings(max_examples=15, stateful_step_count=25, deadline=None)
