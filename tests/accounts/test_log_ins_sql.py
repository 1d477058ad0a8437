"""What the database holds about log-ins whatever pages do (accounts/sql/people.sql, docs/adr/0011): who is invited and joins
once, with a log-in of their own or one that is there; addresses, second factors and sessions that end; the operator's hours."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.sessions.models import Session as BrowserSession
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from accounts.definers import (
    CLASH,
    appoint_admin,
    confirm_address,
    end_sessions,
    found_practice,
    join,
    join_as,
    known_by_address,
    mails_about_log_ins,
    open_card,
    open_invitation,
    open_reset,
    set_active,
    take_off_factors,
    welcome,
)
from accounts.enums import InvitationKind
from accounts.links import code_sha256, new_code
from accounts.models import (
    Account,
    AddressChange,
    Child,
    CircleRow,
    Contact,
    FactorReset,
    Invitation,
    Membership,
    Notice,
    OperatorAccess,
    Person,
    Practice,
    RowReview,
)
from accounts.rls import CHANGED_BY_AUTHZ
from accounts.visibility import guarded_models
from carebridge.lib.database import APP, WORKER
from sessions_log.models import ProgressNote
from tests import people
from tests.harness import role, viewing
from tests.people import DAY, NOON, Willow

INSTANT = timedelta(microseconds=1)
HASH = "argon2$made-up"


def refused(act: Callable[[], Any], says: str = "") -> None:
    """By a policy, a right, a key or a trigger; undone."""
    with pytest.raises((DatabaseError, IntegrityError), match=says or None), transaction.atomic():
        act()


@contextmanager
def as_web() -> Iterator[None]:
    """The web process, nobody signed in."""
    with viewing(None, as_role=APP), transaction.atomic():
        yield


def in_the_books(name: str, **account: Any) -> Person:
    """Somebody without a log-in."""
    made: Person = Person.objects.create(account=Account.objects.create(password="!", **account), name=name)
    return made


def grandmother(willow: Willow) -> Person:
    """Maya's grandmother, who cannot sign in yet."""
    made = in_the_books("Nora")
    people.tie(made, willow.maya, "guardian", "informed", relationship="grandmother")
    return made


def young_kit(willow: Willow) -> Person:
    """Leo's young person, who cannot sign in yet."""
    made = in_the_books("Kit")
    people.tie(made, willow.leo, "young_person")
    return made


def operator(_willow: Willow) -> Person:
    """The installation's operator, with hours until tomorrow."""
    made = people.person("Opal")
    OperatorAccess.objects.create(person=made, reason="r", starts=NOON - DAY, ends=NOON + DAY)
    return made


MAKERS = {"nora": grandmother, "kit": young_kit, "opal": operator}  # for the mutants, too


@pytest.fixture
def nora(willow: Willow) -> Person:
    """See above."""
    return grandmother(willow)


@pytest.fixture
def kit(willow: Willow) -> Person:
    """See above."""
    return young_kit(willow)


@pytest.fixture
def opal(willow: Willow) -> Person:
    """See above."""
    return operator(willow)


def invited(
    willow: Willow, who: Person, kind: str = "guardian", *, child: Child | None = None, by: str = "omar", **more: Any
) -> Invitation:
    """An invitation by somebody who is entered for it."""
    way = {"email": "Nora@x.example"} if kind != "young_person" else {"card_sha256": "f" * 64}
    with viewing(willow.people[by]):
        made: Invitation = Invitation.objects.create(**{
            "practice_id": willow.practice.pk, "person_id": who.pk, "kind": kind, "child_id": child and child.pk,
            "invited_by_id": willow.people[by].pk, "invited_at": NOON, "expires_at": NOON + DAY, **way, **more,
        })  # fmt: skip
    return made


# --- Who is invited ---------------------------------------------------------------------------------------------------------


def test_nobody_with_a_log_in_or_a_trace_elsewhere_is_invited(willow: Willow, nora: Person) -> None:
    """So no log-in is taken over by inviting its owner to another address."""
    says = "not to be invited"
    refused(partial(invited, willow, willow.priya), says)
    refused(partial(invited, willow, people.person("Stranger")), says)
    proving = in_the_books("Proving")
    people.employ(proving, willow.practice, "therapist")
    EmailAddress.objects.create(user=proving.account, email="p@x.example", verified=False, primary=True)
    refused(partial(invited, willow, proving, "staff"), says)
    named = in_the_books("Named", username="named")
    people.employ(named, willow.practice, "therapist")
    refused(partial(invited, willow, named, "staff"), says)
    for elsewhere in ("job", "circle"):
        other = in_the_books(elsewhere)
        people.employ(other, willow.practice, "therapist")
        if elsewhere == "job":
            people.employ(other, Practice.objects.get(ref="alder"), "therapist", ends=NOON - DAY)
        else:
            people.tie(other, Child.objects.get(name="Ada"), "helper", ends=NOON - DAY)
        refused(partial(invited, willow, other, "staff"), says)
    invited(willow, nora)
    refused(partial(invited, willow, nora))  # one way in at a time


def test_a_card_is_for_the_childs_young_person_and_a_link_for_anyone_else(
    willow: Willow, nora: Person, kit: Person
) -> None:
    refused(partial(invited, willow, nora, "young_person", child=willow.maya), "not to be invited")
    refused(partial(invited, willow, kit, "young_person", child=willow.maya), "not to be invited")
    refused(partial(invited, willow, kit, "guardian", child=willow.leo), "not to be invited")
    refused(partial(invited, willow, kit, "young_person", child=willow.leo, email="k@x.example"), "by_mail_or_card")
    refused(partial(invited, willow, nora, card_sha256="f" * 64), "by_mail_or_card")
    refused(partial(invited, willow, nora, email=""), "by_mail_or_card")
    invited(willow, kit, "young_person", child=willow.leo)
    assert not Notice.objects.exists()


def test_a_young_person_with_a_log_in_is_told_of_a_new_card(willow: Willow, kit: Person) -> None:
    Account.objects.filter(pk=kit.pk).update(username="kit")
    invited(willow, kit, "young_person", child=willow.leo, by="tom")
    notice = Notice.objects.get()
    assert (notice.person, notice.kind, notice.about, notice.child) == (kit, "new_card", willow.tom, None)


def test_a_therapist_gives_log_ins_to_the_circles_of_their_own_children_alone(willow: Willow, nora: Person) -> None:
    """Whoever gives the address gives the log-in, and reads by it."""
    says = "circles of their own children"
    colleague, other, both = in_the_books("Colleague"), in_the_books("Other"), in_the_books("Both")
    people.employ(colleague, willow.practice, "admin")
    zoe = people.child(willow.practice, "Zoe", willow.maya.date_of_birth)
    people.tie(other, zoe, "guardian", "full")
    for child in (zoe, willow.maya):
        people.tie(both, child, "guardian", "full")
    for who in (colleague, other, both):
        refused(partial(invited, willow, who, by="tom", child=willow.maya), says)
    refused(partial(invited, willow, nora, by="tom"))  # without a child: admins
    refused(partial(invited, willow, nora, by="tom", child=willow.leo), says)
    for name in ("ines", "ruth", "otto", "priya"):
        refused(partial(invited, willow, nora, by=name, child=willow.maya))
    invited(willow, nora, by="tom", child=willow.maya)
    invited(willow, both)
    invited(willow, other, child=zoe)
    invited(willow, colleague, "staff")


def test_an_admin_invites_nobody_of_their_own_childs_circle(willow: Willow, nora: Person) -> None:
    people.employ(willow.priya, willow.practice, "admin")
    refused(partial(invited, willow, nora, by="priya"))
    refused(partial(invited, willow, nora, by="priya", child=willow.maya))


def test_an_open_invitation_is_sent_again_or_revoked_and_nothing_else(willow: Willow, nora: Person) -> None:
    made = Invitation.objects.filter(pk=invited(willow, nora).pk)
    with viewing(willow.omar):
        for change in (
            {"email": "mine@x.example"}, {"person_id": willow.priya.pk}, {"kind": "staff"}, {"accepted_at": NOON},
            {"sent_serial": 1}, {"child_id": willow.leo.pk}, {"revoked_at": NOON + DAY},
        ):  # fmt: skip
            refused(partial(made.update, **change))
        assert made.update(serial=2, expires_at=NOON + 2 * DAY) == 1
        assert made.update(revoked_at=NOON) == 1
        assert made.update(revoked_at=None) == 0
    with viewing(willow.tom):
        assert not made.exists()


def test_only_who_lets_people_in_welcomes_or_finds_them(willow: Willow) -> None:
    """Admins, and therapists in force of a child of that practice."""
    alder, address = Practice.objects.get(ref="alder"), Contact.objects.get(person=willow.nell).email
    for name, here, there in (
        ("omar", True, False), ("tom", True, False), ("ines", False, False), ("otto", False, False), ("ruth", False, False),
        ("stella", False, True), ("nell", False, False),
    ):  # fmt: skip
        with viewing(willow.people[name]):
            assert (known_by_address(willow.practice, address) == willow.nell.pk) is here, name
            for where, may in ((willow.practice, here), (alder, there)):
                if may:
                    assert welcome(where, name="N", email="", phone="")
                else:
                    refused(partial(welcome, where, name="N", email="", phone=""), "welcomes")


def test_an_address_is_one_persons_or_nobodys(willow: Willow) -> None:
    """Of somebody who signs in by one, that one; of anyone else the contact's."""
    Contact.objects.filter(pk=willow.nell.pk).update(email="nell@x.example")
    with viewing(willow.omar):
        assert known_by_address(willow.practice, "nell@x.example") is None
    Account.objects.filter(pk=willow.nell.pk).update(email=None)
    with viewing(willow.omar):
        assert known_by_address(willow.practice, " NELL@x.example ") == willow.nell.pk
        assert known_by_address(willow.practice, "") is None
        assert known_by_address(willow.practice, Account.objects.get(pk=willow.stella.pk).email or "") is None
    Contact.objects.filter(pk=willow.joy.pk).update(email="nell@x.example")
    Account.objects.filter(pk=willow.joy.pk).update(email=None)
    with viewing(willow.omar):
        assert known_by_address(willow.practice, "nell@x.example") is None


# --- Joining, once ----------------------------------------------------------------------------------------------------------


def joined(row: Invitation, serial: int = 1, moment: Any = NOON, username: str = "", hashed: str = HASH) -> int | None:
    """By the link or card, nobody signed in."""
    with as_web():
        return join(row.pk, serial, moment, username=username, hashed=hashed)


def test_a_link_makes_a_log_in_once(willow: Willow, nora: Person) -> None:
    row = invited(willow, nora)
    with as_web():
        way = open_invitation(row.pk, 1, NOON)
    assert way
    assert (way.person, way.kind, way.email, way.has_account, way.username) == (
        nora.pk, "guardian", "Nora@x.example", False, None,
    )  # fmt: skip
    assert (way.practice, way.name, way.invited_by) == (willow.practice.name, "Nora", "Omar")
    assert joined(row) == nora.pk
    account = Account.objects.get(pk=nora.pk)
    assert (account.email, account.username, account.password) == ("nora@x.example", None, HASH)
    assert list(EmailAddress.objects.filter(user=account).values_list("email", "verified", "primary")) == [
        ("nora@x.example", True, True)
    ]
    assert Contact.objects.get(pk=nora.pk).email == "Nora@x.example"
    row.refresh_from_db()
    assert row.accepted_at == NOON
    assert joined(row) is None
    with viewing(nora) as entered:
        assert entered.stands_in("own", willow.maya.pk)


def test_a_link_that_is_not_open_opens_nothing(willow: Willow, nora: Person) -> None:
    row = invited(willow, nora)
    made = Invitation.objects.filter(pk=row.pk)

    def tries(serial: int = 1, moment: Any = NOON, hashed: str = HASH) -> None:
        assert joined(row, serial, moment, hashed=hashed) is None
        if hashed:
            with as_web():
                assert open_invitation(row.pk, serial, moment) is None
                assert join_as(row.pk, serial, moment, willow.priya.pk) is None

    EmailAddress.objects.create(user=willow.priya.account, email="nora@x.example", verified=True, primary=True)
    tries(moment=NOON + DAY)  # expired
    tries(serial=2)
    tries(hashed="")
    made.update(serial=2)
    tries(serial=1)  # an older link
    made.update(serial=1, revoked_at=NOON)
    tries()
    made.update(revoked_at=None, accepted_at=NOON)
    tries()
    made.update(accepted_at=None)
    Account.objects.filter(pk=nora.pk).update(is_active=False)
    tries()
    Account.objects.filter(pk=nora.pk).update(is_active=True)
    people.employ(nora, Practice.objects.get(ref="alder"), "therapist")  # has come to stand elsewhere meanwhile
    tries()
    assert Account.objects.get(pk=nora.pk).email is None
    with as_web():
        assert open_invitation(uuid4(), 1, NOON) is None


@pytest.mark.parametrize("by", ["account", "address"])
def test_an_address_that_signs_somebody_in_makes_no_second_log_in(willow: Willow, nora: Person, by: str) -> None:
    if by == "account":
        Account.objects.filter(pk=willow.joy.pk).update(email="NORA@x.example")
    else:
        EmailAddress.objects.create(user=willow.joy.account, email="nora@X.example", verified=False, primary=True)
    row = invited(willow, nora)
    with as_web():
        way = open_invitation(row.pk, 1, NOON)
    assert way
    assert way.has_account
    assert joined(row) is None


def test_a_card_makes_a_log_in_by_username_and_later_a_new_password(willow: Willow, kit: Person) -> None:
    code = new_code()
    row = invited(willow, kit, "young_person", child=willow.leo, card_sha256=code_sha256(code))
    with as_web():
        assert open_card(code_sha256(code.lower()), NOON) == (row.pk, 1)
        assert open_card(code_sha256(code), NOON + DAY) is None
        assert open_card("", NOON) is None
    assert joined(row) is None  # without a username
    assert joined(row, username="  ") is None
    assert joined(row, username=" kit ") == kit.pk
    account = Account.objects.get(pk=kit.pk)
    assert (account.email, account.username, account.password) == (None, "kit", HASH)
    assert not EmailAddress.objects.filter(user=account).exists()
    with as_web():
        assert open_card(code_sha256(code), NOON) is None
    browser(kit)
    again = invited(willow, kit, "young_person", child=willow.leo)
    assert joined(again, username="other", hashed="new") == kit.pk
    account.refresh_from_db()
    assert (account.username, account.password) == ("kit", "new")
    assert not UserSession.objects.filter(user=account).exists()


def test_a_username_is_one_persons(willow: Willow, kit: Person) -> None:
    Account.objects.create(username="Kite")
    row = invited(willow, kit, "young_person", child=willow.leo)
    refused(partial(joined, row, username="kite"), "account_username_once")


def test_no_guardian_joins_with_the_young_persons_address(willow: Willow, kit: Person) -> None:
    Contact.objects.create(person=kit, email="nora@x.example")
    mother = in_the_books("Mother")
    people.tie(mother, willow.leo, "guardian", "full")
    refused(partial(joined, invited(willow, mother)), "of a young person and of a guardian")


# --- Joining with an account that is there ----------------------------------------------------------------------------------


def with_address(who: Person, *, verified: bool = True, email: str = "nora@x.example") -> Person:
    """Their proven address."""
    EmailAddress.objects.create(user=who.account, email=email, verified=verified, primary=True)
    return who


def joined_as(row: Invitation, who: Person, serial: int = 1, moment: Any = NOON) -> int | None:
    """By the link, signed in as somebody."""
    with viewing(who, as_role=APP):
        return join_as(row.pk, serial, moment, who.pk)


def test_an_account_takes_over_the_empty_place(willow: Willow, nora: Person) -> None:
    with_address(willow.nell)
    Contact.objects.create(person=nora, email="nora@x.example", phone="1")
    row = invited(willow, nora)
    kept = set(Contact.objects.exclude(pk=nora.pk).values_list("pk", flat=True))
    assert joined_as(row, willow.nell) == willow.nell.pk
    assert set(Contact.objects.values_list("pk", flat=True)) == kept
    assert set(CircleRow.objects.filter(person=willow.nell).values_list("child__name", "authority")) == {
        ("Leo", "full"), ("Maya", "informed"),
    }  # fmt: skip
    assert not Person.objects.filter(pk=nora.pk).exists()
    assert not Account.objects.filter(pk=nora.pk).exists()
    row.refresh_from_db()
    assert (row.accepted_at, row.person_id) == (NOON, willow.nell.pk)
    assert joined_as(row, willow.nell) is None


def test_an_account_joins_by_its_own_proven_address_alone(willow: Willow, nora: Person, kit: Person) -> None:
    row = invited(willow, nora)
    assert joined_as(row, willow.nell) is None
    with_address(willow.nell, verified=False)
    assert joined_as(row, willow.nell) is None
    EmailAddress.objects.filter(user=willow.nell.account).update(verified=True, email="other@x.example")
    assert joined_as(row, willow.nell) is None
    card = invited(willow, kit, "young_person", child=willow.leo)
    EmailAddress.objects.filter(user=willow.nell.account).update(email="")
    assert joined_as(card, willow.nell) is None
    assert joined_as(row, with_address(kit)) is None  # a young person's log-in has no other place
    assert Person.objects.filter(pk__in=[nora.pk, kit.pk]).count() == 2


def test_family_and_staff_of_one_child_are_not_one_person(willow: Willow, nora: Person) -> None:
    """And then everything is as it was."""
    row = invited(willow, nora)
    before = everything()
    with_address(willow.tom)
    assert joined_as(row, willow.tom) == CLASH
    assert everything() == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.joining', true), '')")
        assert cursor.fetchone() == ("",)


def everything(*, renamed: dict[int, int] | None = None) -> dict[str, list[str]]:
    """Every guarded row and account. `renamed`: numbers of people told as others."""

    def told(column: str, value: Any) -> Any:
        if isinstance(value, list):
            return [told("person_id", each) for each in value]
        return (renamed or {}).get(value, value) if column.endswith("_id") and type(value) is int else value

    every: list[type[models.Model]] = [Account]
    every += guarded_models()
    return {
        model.__name__: sorted(
            repr([told(name, value) for name, value in row.items()]) for row in model._default_manager.values()
        )
        for model in every
    }


@dataclass(frozen=True)
class Key:
    """A foreign key to a person."""

    table: str
    column: str


def said_of() -> set[Key]:
    """The columns that a joining moves."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT named, col FROM authz.said_of()")
        return {Key(*row) for row in cursor.fetchall()}


def keys_to_people() -> set[Key]:
    """Every foreign key to a person there is."""
    found = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.related_model in (Person, Account) and (field.related_model is Person or model is not Person):
                found.add(Key(model._meta.db_table, str(field.column)))
    return found


# Columns of somebody who acts: whoever never signed in has done nothing. Each with what they did.
AUTHORS = {
    "accounts_addresschange person_id": "asked for a new address",
    "accounts_circlechange changed_by_id": "changed a circle",
    "accounts_deactivation set_by_id": "ended somebody's access",
    "accounts_explanation explained_by_id": "explained the limits",
    "accounts_factorreset asked_by_id": "asked for a second factor to come off",
    "accounts_factorreset person_id": "signs in by an address (authz.hold_the_stranger)",
    "accounts_invitation invited_by_id": "invited somebody",
    "accounts_movein uploaded_by_id": "uploaded a file",
    "accounts_moveinrow uploaded_by_id": "uploaded a file",
    "accounts_operatoraccess person_id": "is given hours at a register only a log-in can open",
    "accounts_renewal renewed_by_id": "renewed a row",
    "accounts_restriction set_by_id": "set a restriction",
    "accounts_rowreview reviewed_by_id": "looked at a row",
    **{
        f"sessions_log_{table}": "wrote, decided or looked"
        for table in (
            "addendum author_id", "addendum error_by_id", "attendance logged_by_id", "cosignature person_id",
            "formdraft author_id", "homeupdate author_id", "look person_id", "mark marked_by_id", "noteoffer offered_by_id",
            "opening opened_by_id", "practicechoice added_by_id", "processnote author_id", "processnote error_by_id",
            "progressnote author_id", "progressnote error_by_id", "reading reader_id", "release released_by_id",
            "release withdrawn_by_id", "reply author_id", "reply error_by_id", "session error_by_id",
            "session therapist_id", "sessionrecord author_id", "sessionrecord error_by_id", "sharing shared_by_id",
            "summary author_id", "summary error_by_id", "takenout taken_by_id", "wish recorded_by_id",
            "withholding withheld_by_id",
        )
    },
    # What hangs on a log-in.
    "accounts_contact person_id": "their own contact, which goes",
    "account_emailaddress user_id": "a proven address",
    "mfa_authenticator user_id": "a second factor",
    "usersessions_usersession user_id": "a browser",
    "accounts_staffphoto person_id": "put it there themself",
    "django_admin_log user_id": "worked in the register",
}  # fmt: skip


def test_every_column_that_names_a_person_moves_or_is_an_authors(db: None) -> None:
    """A new foreign key to a person stops here until someone has decided."""
    authors = {Key(*name.split()) for name in AUTHORS}
    assert said_of() | authors == keys_to_people()
    assert not said_of() & authors
    for key in said_of():
        assert key.column in CHANGED_BY_AUTHZ[key.table].split(", "), key


@pytest.mark.django_db
def test_all_that_is_said_of_somebody_moves_and_nothing_else(noon: None) -> None:
    """In the richest world, where every such column has a row: Nora is put in each of them, and then joins."""
    from tests import worlds

    world = worlds.rich()
    nora, account = in_the_books("Nora"), people.person("Friend", email="nora@x.example")
    with_address(account)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # some of these columns never change
        for key in sorted(said_of(), key=repr):
            model = next(m for m in apps.get_models() if m._meta.db_table == key.table)
            row = anybodys(world, model, key.column)
            assert row is not None, key
            cursor.execute(f'UPDATE {key.table} SET "{key.column}" = %s WHERE id = %s', [nora.pk, row])
        cursor.execute("UPDATE sessions_log_wish SET not_to = ARRAY[%s, %s]", [nora.pk, world.cast.dan.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    Membership.objects.filter(person=nora).update(practice=world.cast.practice)
    Invitation.objects.filter(person=nora).delete()
    row = Invitation.objects.create(
        practice=world.cast.practice, person=nora, kind="guardian", email="nora@x.example", invited_by=world.cast.omar,
        invited_at=NOON, expires_at=NOON + DAY,
    )  # fmt: skip
    before = everything(renamed={nora.pk: account.pk})
    assert joined_as(row, account) == account.pk
    after = everything()
    for name in set(after) - {"Account", "Person", "Contact", "Invitation"}:
        assert after[name] == before[name], name
    assert not Person.objects.filter(pk=nora.pk).exists()


def anybodys(world: Any, model: type[models.Model], column: str) -> Any:
    """The key of a row in which the column may be anybody: neither answered nor read, and nobody supervises themself."""
    unanswered = {"NoteOffer": "offer", "Release": "rl_before"}
    if model.__name__ in unanswered:
        return world.rows[unanswered[model.__name__]].pk
    rows = model._default_manager.exclude(**{f"{column}__isnull": True}).order_by("pk").values_list("pk", flat=True)
    if model is CircleRow:  # neither a young person nor somebody of another practice joins with an account
        rows = rows.filter(role="guardian", practice=world.cast.practice)
    return rows.last() if column == "therapist_id" else rows.first()


# --- Sessions ---------------------------------------------------------------------------------------------------------------


def browser(who: Person) -> str:
    """A browser somebody is signed in on."""
    key = uuid4().hex
    BrowserSession.objects.create(session_key=key, session_data="", expire_date=NOON + DAY)
    UserSession.objects.create(user=who.account, ip="::1", session_key=key, user_agent="b")
    return key


def test_an_admin_ends_the_sessions_of_the_practices_people(willow: Willow) -> None:
    mine, other = [browser(willow.priya), browser(willow.priya)], browser(willow.dan)
    for who in ("tom", "ruth", "dan", "stella", None):
        with viewing(willow.people[who] if who else None):
            refused(partial(end_sessions, willow.priya.pk, willow.practice.pk), "only an admin")
    with viewing(willow.stella):  # of her own practice, which does not know Priya
        refused(partial(end_sessions, willow.priya.pk, Practice.objects.get(ref="alder").pk), "only an admin")
    people.employ(willow.dan, willow.practice, "admin")  # the father
    with viewing(willow.dan):
        refused(partial(end_sessions, willow.priya.pk, willow.practice.pk), "only an admin")
    with viewing(willow.omar):
        assert end_sessions(willow.priya.pk, willow.practice.pk) == 2
    left = set(BrowserSession.objects.values_list("session_key", flat=True))
    assert other in left
    assert not left & set(mine)
    assert set(UserSession.objects.values_list("user", flat=True)) == {willow.dan.pk}


# --- A new address ----------------------------------------------------------------------------------------------------------


def asked(willow: Willow, email: str = "New@x.example", who: str = "dan") -> AddressChange:
    """A change of address, by the person."""
    person = willow.people[who]
    with viewing(person):
        made: AddressChange = AddressChange.objects.create(
            person_id=person.pk, email=email, asked_at=NOON, expires_at=NOON + DAY
        )
    return made


def says_yes(change: AddressChange, side: str, moment: Any = NOON) -> bool | None:
    """By the link in one mailbox, nobody signed in."""
    with as_web():
        return confirm_address(change.pk, side, moment)


@pytest.mark.parametrize("first", ["old", "new"])
def test_an_address_changes_when_both_mailboxes_have_said_yes(willow: Willow, first: str) -> None:
    before = willow.dan.account.email
    with_address(willow.dan, email=before or "")
    people.tie(willow.dan, willow.leo, "guardian", "informed", ends=NOON)  # over
    people.tie(willow.dan, Child.objects.get(name="Ada"), "helper")
    browser(willow.dan)
    change = asked(willow)
    assert says_yes(change, first) is False
    assert says_yes(change, first) is False  # the same mailbox twice
    assert Account.objects.get(pk=willow.dan.pk).email == before
    assert says_yes(change, "new" if first == "old" else "old") is True
    assert Account.objects.get(pk=willow.dan.pk).email == "new@x.example"
    assert list(EmailAddress.objects.filter(user=willow.dan.account).values_list("email", "verified", "primary")) == [
        ("new@x.example", True, True)
    ]
    assert Contact.objects.get(pk=willow.dan.pk).email == "New@x.example"
    assert not UserSession.objects.exists()
    review = RowReview.objects.get()
    assert (review.circle_row.child, review.person, review.reason) == (willow.maya, willow.dan, "new_address")
    assert (review.flagged_at, review.reviewed_at) == (NOON, None)
    assert says_yes(change, first) is None  # done


def test_whoever_had_no_address_has_no_old_mailbox_to_ask(willow: Willow) -> None:
    """And nobody else's change is done with it."""
    other = asked(willow, email="dans@x.example")
    change = asked(willow, email="kits@x.example", who="maya_login")
    Account.objects.filter(pk=willow.maya_login.pk).update(email=None)
    assert says_yes(change, "new") is True
    assert Account.objects.get(pk=willow.maya_login.pk).email == "kits@x.example"
    other.refresh_from_db()
    assert other.done_at is None


def test_a_change_that_is_not_open_changes_nothing(willow: Willow) -> None:
    change = asked(willow)
    rows = AddressChange.objects.filter(pk=change.pk)
    assert says_yes(change, "old", NOON + DAY) is None  # expired
    assert says_yes(change, "both") is None
    with viewing(willow.dan):
        refused(partial(rows.update, new_said_yes_at=NOON, old_said_yes_at=NOON))
        refused(partial(rows.update, email="evil@x.example"))
        refused(partial(rows.update, void_at=NOON + INSTANT))
        assert rows.update(void_at=NOON) == 1
    assert says_yes(change, "old") is None
    with viewing(willow.priya):
        assert not AddressChange.objects.exists()
        new: dict[str, Any] = {"email": "e@x.example", "asked_at": NOON, "expires_at": NOON + DAY}
        refused(partial(AddressChange.objects.create, person_id=willow.dan.pk, **new))


def test_an_address_that_came_to_be_somebody_elses_is_not_taken(willow: Willow) -> None:
    change = asked(willow)
    with_address(willow.joy, email="NEW@x.example")
    assert says_yes(change, "old") is None
    EmailAddress.objects.all().delete()
    Account.objects.filter(pk=willow.joy.pk).update(email="new@X.example")
    assert says_yes(change, "old") is None


def test_nor_is_the_young_persons(willow: Willow) -> None:
    Contact.objects.filter(pk=willow.maya_login.pk).update(email="new@x.example")
    change = asked(willow)
    says_yes(change, "old")
    refused(partial(says_yes, change, "new"), "of a young person and of a guardian")


# --- A second factor --------------------------------------------------------------------------------------------------------


def test_second_factors_come_off_once(willow: Willow) -> None:
    for who in (willow.tom, willow.ines):
        Authenticator.objects.create(user=who.account, type="totp", data={})
    browser(willow.tom)
    with viewing(willow.omar):
        made = FactorReset.objects.create(
            practice_id=willow.practice.pk, person_id=willow.tom.pk, asked_by_id=willow.omar.pk, reason="r", asked_at=NOON,
            expires_at=NOON + DAY,
        )  # fmt: skip
        assert FactorReset.objects.filter(pk=made.pk).update(used_at=NOON) == 0
    with as_web():
        assert open_reset(made.pk, NOON) == willow.tom.pk
        assert open_reset(made.pk, NOON + DAY) is None
        assert not take_off_factors(made.pk, NOON + DAY)
        assert not take_off_factors(uuid4(), NOON)
        assert take_off_factors(made.pk, NOON)
        assert open_reset(made.pk, NOON) is None
        assert not take_off_factors(made.pk, NOON)
    assert set(Authenticator.objects.values_list("user", flat=True)) == {willow.ines.pk}
    assert not UserSession.objects.exists()
    notice = Notice.objects.get()
    assert (notice.person, notice.kind, notice.about, notice.told_at) == (willow.tom, "factor_reset", willow.omar, NOON)


@pytest.mark.parametrize("who", ["tom", "ruth", "dan", "stella"])
def test_nobody_else_asks_for_it(willow: Willow, who: str) -> None:
    me = willow.people[who]
    with viewing(me):
        refused(
            partial(
                FactorReset.objects.create, practice_id=willow.practice.pk, person_id=willow.ines.pk, asked_by_id=me.pk,
                reason="r", asked_at=NOON, expires_at=NOON + DAY,
            )
        )  # fmt: skip
        assert not FactorReset.objects.exists()


# --- Mails ------------------------------------------------------------------------------------------------------------------


def mails(moment: Any = NOON, at_most: int = 9) -> list[tuple[str, UUID, int, str]]:
    """What the worker claims."""
    with role(WORKER):
        return sorted((mail.kind, mail.id, mail.serial, mail.email) for mail in mails_about_log_ins(moment, at_most))


def test_the_worker_claims_each_mail_once_and_only_of_what_is_open(willow: Willow, nora: Person, kit: Person) -> None:
    row, change = invited(willow, nora), asked(willow)
    invited(willow, kit, "young_person", child=willow.leo)  # a card is handed over, not mailed
    with viewing(willow.omar):
        off = FactorReset.objects.create(
            practice_id=willow.practice.pk, person_id=willow.tom.pk, asked_by_id=willow.omar.pk, reason="r", asked_at=NOON,
            expires_at=NOON + DAY,
        )  # fmt: skip
    assert mails(NOON + DAY) == []  # all of it expired
    old, tom = willow.dan.account.email or "", willow.tom.account.email or ""
    assert mails() == [
        ("address_new", change.pk, 0, "New@x.example"), ("address_old", change.pk, 0, old),
        ("factor_reset", off.pk, 0, tom), ("invitation", row.pk, 1, "Nora@x.example"),
    ]  # fmt: skip
    assert mails() == []
    Invitation.objects.filter(pk=row.pk).update(serial=2)
    assert mails() == [("invitation", row.pk, 2, "Nora@x.example")]
    Invitation.objects.filter(pk=row.pk).update(serial=3, revoked_at=NOON)
    AddressChange.objects.update(sent_at=None, void_at=NOON)
    FactorReset.objects.update(sent_at=None, used_at=NOON)
    assert mails() == []


# --- The operator -----------------------------------------------------------------------------------------------------------


def test_without_hours_the_operator_is_nobody(willow: Willow, opal: Person) -> None:
    acts: list[Callable[[], Any]] = [
        partial(found_practice, ref="new", name="New", time_zone="UTC", language="en"),
        partial(appoint_admin, willow.practice.pk, name="A", email="a@x.example", expires=NOON + DAY),
        partial(set_active, willow.tom.pk, active=False),
    ]
    for who, moment in ((opal, NOON + DAY), (opal, NOON - DAY - INSTANT), (willow.omar, NOON), (None, NOON)):
        with viewing(who, moment) as entered:
            assert not entered.operator
            for act in acts:
                refused(act, "only the operator")
    with viewing(opal):
        refused(partial(OperatorAccess.objects.create, person_id=opal.pk, reason="r", starts=NOON, ends=NOON + DAY))


def test_the_operator_reads_practices_and_nothing_of_a_child(willow: Willow, opal: Person) -> None:
    with viewing(opal) as entered:
        assert entered.operator
        seen = {model.__name__ for model in guarded_models() if model.objects.exists()}
        assert seen == {"Practice", "Person", "Contact", "OperatorAccess"}
        assert Practice.objects.count() == 2
        assert Person.objects.get() == opal
        assert Contact.objects.get().person_id == opal.pk
        assert Practice.objects.update(name="Mine") == 0
        assert not ProgressNote.objects.exists()


def test_the_operator_founds_a_practice_with_an_admin_who_is_invited(willow: Willow, opal: Person) -> None:
    with viewing(opal):
        number = found_practice(ref="new", name="New", time_zone="Europe/Berlin", language="es")
        way = appoint_admin(number, name="Ada", email="Ada@x.example", expires=NOON + DAY)
    made = Practice.objects.get(pk=number)
    assert (made.ref, made.name, made.time_zone, made.language) == ("new", "New", "Europe/Berlin", "es")
    assert (made.guardian_access, made.assent_age, made.majority_age) == ("summaries_only", 12, 18)
    row = Invitation.objects.get(pk=way)
    assert (row.kind, row.practice, row.invited_by, row.child) == (InvitationKind.STAFF, made, opal, None)
    job = Membership.objects.get(practice=made)
    assert (job.person_id, job.role, job.starts, job.ends) == (row.person_id, "admin", NOON, None)
    assert joined(row) == row.person_id
    with viewing(Person.objects.get(pk=row.person_id)) as entered:
        assert entered.stands_in("admin", number)


def test_the_operator_closes_accounts_and_not_their_own(willow: Willow, opal: Person) -> None:
    browser(willow.tom)
    with viewing(opal):
        refused(partial(set_active, opal.pk, active=False), "not one's own")
        set_active(willow.tom.pk, active=False)
    assert not Account.objects.get(pk=willow.tom.pk).is_active
    assert not UserSession.objects.exists()
    with viewing(opal):
        set_active(willow.tom.pk, active=True)
    assert Account.objects.get(pk=willow.tom.pk).is_active
