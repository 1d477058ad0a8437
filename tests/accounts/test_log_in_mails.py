"""Mails about log-ins: each once, in the reader's language, with nothing in them that is anybody else's business."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from smtplib import SMTPRecipientsRefused
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMessage
from django.db import ProgrammingError, connection, transaction

from accounts import links
from accounts.actions.invite import revoke, send_again
from accounts.definers import mails_about_log_ins
from accounts.models import Account, AddressChange, FactorReset, Invitation
from carebridge.lib import servers
from carebridge.lib.database import APP, WORKER
from tests.accounts.joining import PASSWORD, choose, forget_failures, invited, link_in, sweep, where
from tests.guards.sentinels import words_of
from tests.harness import WallClient, role, signed_in, viewing
from tests.journeys.site import environment, real_urls
from tests.people import DAY, NOON, Willow
from tests.servers_plugin import ROOT
from tests.worlds import Rich, rich


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No failure of another test is remembered; pages of links that are not built here have an address all the same."""
    forget_failures(monkeypatch)
    real = links.link

    def link(name: str, token: str) -> str:
        return real(name, token) if name == "join" else f"http://localhost:8000/{name}/{token}/"

    monkeypatch.setattr(links, "link", link)


def whole(number: int = -1) -> str:
    """A mail as it leaves: every header, the text decoded."""
    sent = mail.outbox[number]
    return f"{sent.message().as_string()}\n{sent.subject}\n{sent.body}"


def address_change(willow: Willow) -> AddressChange:
    """Priya wants another address."""
    made: AddressChange = AddressChange.objects.create(
        person=willow.priya, email="new-priya@x.example", asked_at=NOON, expires_at=NOON + 2 * DAY
    )
    return made


def factor_reset(willow: Willow) -> FactorReset:
    """Tom has lost his telephone."""
    made: FactorReset = FactorReset.objects.create(
        practice=willow.practice, person=willow.tom, asked_by=willow.omar, reason="xq-reason", asked_at=NOON,
        expires_at=NOON + DAY,
    )  # fmt: skip
    return made


# --- What they say -----------------------------------------------------------------------------------------------------------


def test_an_invitation_says_who_invites_and_until_when(willow: Willow) -> None:
    invitation = invited(willow)
    assert sweep() == 1
    sent = mail.outbox[0]
    assert sent.to == ["uma@okafor.example"]
    assert sent.subject == "You are invited to CareBridge"
    assert "Omar of Practice willow invites you" in sent.body
    assert "once, until Nov. 16, 2026, noon (EST)" in str(sent.body)
    assert link_in() == where(invitation)
    assert sent.extra_headers["Message-ID"] == f"<invitation.{invitation.pk.hex}.1@localhost>"
    assert not re.search("Maya|Leo|Tom|therap|Uma", whole())
    assert sent.message().get_content_type() == "text/plain"
    invitation.refresh_from_db()
    assert invitation.sent_serial == 1
    assert sweep() == 0
    assert len(mail.outbox) == 1
    assert choose(WallClient(), link_in()).status_code == 302


def test_it_is_in_the_language_asked_for_and_else_the_practices(willow: Willow) -> None:
    invited(willow, email="es@x.example", language="es")
    invited(willow, email="en@x.example")
    assert sweep() == 2
    said = {message.to[0]: f"{message.subject} {message.body}" for message in mail.outbox}
    assert "invita a CareBridge" in said["es@x.example"]
    assert "16 de noviembre de 2026" in said["es@x.example"]
    assert "invites you" in said["en@x.example"]
    type(willow.practice).objects.filter(pk=willow.practice.pk).update(language="es")
    invited(willow, email="fr@x.example")
    sweep()
    assert "invita a CareBridge" in str(mail.outbox[-1].body)


def test_names_cannot_smuggle_headers_or_markup(willow: Willow) -> None:
    """The practice's name and the inviter's are typed by people."""
    type(willow.practice).objects.filter(pk=willow.practice.pk).update(name="A & <b>\nBcc: x@x.example")
    type(willow.omar).objects.filter(pk=willow.omar.pk).update(name='O\'Mar "&"')
    invited(willow)
    assert sweep() == 1
    assert mail.outbox[0].recipients() == ["uma@okafor.example"]
    assert 'O\'Mar "&" of A & <b>' in mail.outbox[0].body


def test_a_changed_address_is_asked_of_both_mailboxes(willow: Willow) -> None:
    change = address_change(willow)
    assert sweep() == 2
    old, new = sorted(mail.outbox, key=lambda message: message.to[0] == change.email)
    assert old.to == [willow.priya.account.email]
    assert new.to == [change.email]
    for message, side in ((old, "old"), (new, "new")):
        found = re.search(r"/address_yes/(\S+)/", str(message.body))
        assert found
        assert links.unseal("address", found[1]) == (change.pk, side)
        assert message.extra_headers["Message-ID"] == f"<address_{side}.{change.pk.hex}.0@localhost>"
    assert change.email not in str(old.body), "whoever reads the old mailbox need not learn the new one"
    assert str(willow.priya.account.email) not in str(new.body)
    assert sweep() == 0


def test_a_lost_second_factor_is_mailed_without_the_reason(willow: Willow) -> None:
    reset = factor_reset(willow)
    assert sweep() == 1
    assert mail.outbox[0].to == [willow.tom.account.email]
    assert "Omar of Practice willow says" in mail.outbox[0].body
    assert "xq-reason" not in whole()
    found = re.search(r"/factor_reset_use/(\S+)/", str(mail.outbox[0].body))
    assert found
    assert links.unseal("factor", found[1]) == (reset.pk, "once")


def test_no_mail_holds_a_word_of_the_record(db: None, noon: None) -> None:
    """In a practice where every text is marked: the names of practice and inviter, and no other."""
    world: Rich = rich()
    invited(world.cast)
    address_change(world.cast)
    factor_reset(world.cast)
    assert sweep() == len(mail.outbox) >= 4
    for number in range(len(mail.outbox)):
        others = words_of(whole(number)) - words_of(" ".join(mail.outbox[number].to))
        assert {column for _row, column in others} <= {"name"}
        assert {row.split("_")[0] for row, _column in others} <= {"w", "p"}, "a practice, whoever invited; no child"


# --- When they are not sent --------------------------------------------------------------------------------------------------


def test_what_is_not_open_any_more_is_not_sent(willow: Willow) -> None:
    revoked, late, used = (invited(willow, email=f"{name}@x.example") for name in ("a", "b", "c"))
    with viewing(willow.omar):
        revoke(invitation=revoked)
    Invitation.objects.filter(pk=late.pk).update(expires_at=NOON)
    choose(WallClient(), where(used))
    assert sweep() == 0
    assert not mail.outbox


def test_sending_again_makes_a_new_link_and_the_old_one_opens_nothing(willow: Willow) -> None:
    invitation = invited(willow)
    sweep()
    with time_machine.travel(NOON + 20 * DAY, tick=False):
        with viewing(willow.omar):
            send_again(invitation=invitation)
        assert sweep() == 1
        assert mail.outbox[0].extra_headers["Message-ID"] != mail.outbox[1].extra_headers["Message-ID"]
        assert "opens nothing" in WallClient().get(link_in(0)).content.decode()
        assert "Choose a password" in WallClient().get(link_in(1)).content.decode()


class Server:
    """A mail server that refuses some, or is not there at all."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.refuses: set[str] = set()
        self.down, self.asked = False, list[str]()
        real = EmailMessage.send

        def send(message: EmailMessage, **how: Any) -> int:
            self.asked += message.to
            if self.down:
                raise ConnectionRefusedError("no")
            if self.refuses & set(message.to):
                raise SMTPRecipientsRefused({message.to[0]: (550, b"no such mailbox: " + message.to[0].encode())})
            return real(message, **how)

        monkeypatch.setattr(EmailMessage, "send", send)


def test_one_that_is_refused_keeps_back_no_other(
    willow: Willow, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It waits longer each time, and goes as soon as it can."""
    server = Server(monkeypatch)
    server.refuses = {"a@x.example"}
    refused = invited(willow, email="a@x.example")
    for name in ("b", "c"):
        invited(willow, email=f"{name}@x.example")
    assert sweep() == 2
    assert sorted(message.to[0] for message in mail.outbox) == ["b@x.example", "c@x.example"]
    refused.refresh_from_db()
    assert refused.sent_serial == 0
    assert "a@x.example" not in caplog.text
    for seconds, tries in ((5, 0), (16, 1), (20, 0), (47, 1)):
        before = len(server.asked)
        with time_machine.travel(NOON.timestamp() + seconds, tick=False):
            assert sweep() == 0
        assert len(server.asked) - before == tries, seconds
    server.refuses = set()
    with time_machine.travel(NOON + DAY, tick=False):
        assert sweep() == 1


def test_with_no_server_nothing_is_lost(willow: Willow, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first that cannot be reached ends the round; the next worker sends them all, each once."""
    server = Server(monkeypatch)
    server.down = True
    for name in ("a", "b", "c"):
        invited(willow, email=f"{name}@x.example")
    assert sweep() == 0
    assert len(server.asked) == 1
    assert Invitation.objects.filter(sent_serial=0).count() == 3
    server.down = False
    forget_failures(monkeypatch)
    assert sweep() == 3
    assert sorted(message.to[0] for message in mail.outbox) == ["a@x.example", "b@x.example", "c@x.example"]


def test_half_of_a_changed_address_is_not_half_sent(willow: Willow, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(monkeypatch)
    server.refuses = {"new-priya@x.example"}
    change = address_change(willow)
    assert sweep() == 0
    change.refresh_from_db()
    assert change.sent_at is None


def test_a_page_not_built_yet_keeps_only_its_own_mail(willow: Willow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong in making one."""
    real = links.link
    monkeypatch.setattr(links, "link", lambda name, token: real(name, token) if name == "join" else 1 / 0)
    address_change(willow)
    invited(willow)
    assert sweep() == 1


def test_the_web_process_claims_no_mail(willow: Willow) -> None:
    invited(willow)
    with role(APP), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        mails_about_log_ins(NOON, 5)


def test_at_most_is_at_most(willow: Willow) -> None:
    """Of all kinds together; a changed address counts as its two mails."""
    invited(willow)
    address_change(willow)
    factor_reset(willow)
    with role(WORKER):
        assert [one.kind for one in mails_about_log_ins(NOON, 1)] == ["invitation"]
        assert sorted(one.kind for one in mails_about_log_ins(NOON, 1)) == ["address_new", "address_old"]
        assert [one.kind for one in mails_about_log_ins(NOON, 1)] == ["factor_reset"]
        assert mails_about_log_ins(NOON, 1) == []


# --- A worker that dies ------------------------------------------------------------------------------------------------------

SCENE = """
INSERT INTO accounts_practice (id, public_id, ref, name, time_zone, language, reply_within_hours, crisis_text, handbook,
    guardian_access, assent_age, majority_age, notes_due_hours, policy_source, reply_hours, fees, how_to_ask)
  VALUES (1, gen_random_uuid(), 'p', 'P', 'UTC', 'en', 48, '', '', 'summaries_only', 12, 18, 72, '', '', '', '');
INSERT INTO accounts_account (id, password, email, is_active, language, time_zone, factor_waived)
  VALUES (1, '!', 'omar@example.org', true, '', '', false),
    (2, '!', NULL, true, '', '', false), (3, '!', NULL, true, '', '', false);
INSERT INTO accounts_person (account_id, public_id, name)
  VALUES (1, gen_random_uuid(), 'Omar'), (2, gen_random_uuid(), 'Uma'), (3, gen_random_uuid(), 'Ola');
"""
LINE = """
INSERT INTO accounts_invitation (id, practice_id, person_id, kind, email, card_sha256, invited_by_id, invited_at, expires_at,
    serial, sent_serial) VALUES (%s, 1, %s, 'guardian', %s, '', 1, now(), now() + interval '1 day', 1, 0)
"""
# Says each mail on its standard output, and after the first hangs where a mail server would: sent, and not committed.
ROUND = """
import json, sys, time
import django; django.setup()
from django.core.mail import EmailMessage
def send(message, **how):
    print(json.dumps([message.to[0], message.extra_headers["Message-ID"]]), flush=True)
    if {hang}:
        time.sleep(600)
    return 1
EmailMessage.send = send
from accounts.tasks import send_log_in_mails
send_log_in_mails()
"""


@pytest.fixture
def waiting() -> Iterator[tuple[str, "psycopg.Connection[Any]"]]:
    """A database in which two invitations wait, and a way to look at it past every rule."""
    superuser, name = os.environ["DATABASE_SUPERUSER_URL"], f"mails_{os.getpid()}"
    servers.create_database(superuser, name, template=os.environ["TEST_TEMPLATE"])
    try:
        with psycopg.connect(superuser, dbname=name, autocommit=True) as looking:
            looking.execute(SCENE)
            for person, email in ((2, "uma@x.example"), (3, "ola@x.example")):
                looking.execute(LINE, [uuid4(), person, email])
            yield name, looking
    finally:
        servers.drop_database(superuser, name)


def worker(database: str, *, hang: bool) -> "subprocess.Popen[bytes]":
    """One round, as the worker's role, in a process of its own."""
    ours = servers.urls_for(database, real_urls())
    env = environment({"DATABASE_URL": ours["DATABASE_WORKER_URL"], "DJANGO_SETTINGS_MODULE": "carebridge.settings"})
    return subprocess.Popen([sys.executable, "-c", ROUND.format(hang=hang)], cwd=ROOT, env=env, stdout=subprocess.PIPE)


def test_a_worker_killed_midway_loses_nothing_and_what_is_sent_twice_is_the_same_mail(
    waiting: tuple[str, "psycopg.Connection[Any]"],
) -> None:
    database, looking = waiting
    first = worker(database, hang=True)
    assert first.stdout
    sent = [json.loads(first.stdout.readline())]
    other = worker(database, hang=False)  # meanwhile another one passes over what is claimed
    found, _ = other.communicate(timeout=60)
    sent += [json.loads(line) for line in found.splitlines()]
    assert [to for to, _id in sent] == ["uma@x.example", "ola@x.example"]
    first.send_signal(signal.SIGKILL)
    first.communicate()
    deadline = time.monotonic() + 30
    while looking.execute(
        "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", [database]
    ).fetchone():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert looking.execute("SELECT sum(sent_serial) FROM accounts_invitation").fetchone() == (1,)
    last = worker(database, hang=False)
    found, _ = last.communicate(timeout=60)
    assert [json.loads(line) for line in found.splitlines()] == sent[:1], "the same Message-ID: a mailbox can tell"
    assert looking.execute("SELECT sum(sent_serial) FROM accounts_invitation").fetchone() == (2,)


def test_joining_by_the_mail_needs_nothing_but_the_mail(willow: Willow) -> None:
    """From the sweep to the first page, and Omar sees that it was accepted."""
    invited(willow)
    sweep()
    client = WallClient()
    assert choose(client, link_in()).status_code == 302
    assert "Hello Uma" in client.get("/").content.decode()
    assert Account.objects.get(email="uma@okafor.example").check_password(PASSWORD)
    assert "Uma Okafor" in signed_in(willow.omar).get("/practice/invitations/?show=accepted").content.decode()
    assert not connection.needs_rollback
