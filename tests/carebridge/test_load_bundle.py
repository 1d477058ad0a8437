"""The command load_bundle: what it loads, keeps, counts and leaves out."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db import connection, transaction
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account, AuditEvent, Contact, Named, Person, Practice
from carebridge.bundles.telling import STAYS
from carebridge.lib.database import OPERATOR
from sessions_log.models import ProcessNote, ProgressNote
from tests.carebridge import bad_bundles, bundles, held
from tests.carebridge.bundles import SKIP, WILLOW, Json
from tests.harness import WallClient, role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
QUICK = "django.contrib.auth.hashers.MD5PasswordHasher"


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    """On this test's own connection; passwords are hashed in no time, except where a test signs in."""
    settings.DATABASE_OPERATOR_URL = ""
    settings.PASSWORD_HASHERS = [QUICK, *settings.PASSWORD_HASHERS]


def written(folder: Path, bundle: Json) -> Path:
    """The bundle as a file."""
    file = folder / "bundle.json"
    file.write_text(bundle if isinstance(bundle, str) else json.dumps(bundle))
    return file


def load(file: Path, **options: Any) -> None:
    """Load, as the operator: the rights of that role have to do."""
    with role(OPERATOR):
        call_command("load_bundle", file, **{"skip": SKIP, **options})


def refused(capsys: pytest.CaptureFixture[str], file: Path, **options: Any) -> list[str]:
    """The lines on standard error of a load that failed with status 1 and wrote nothing."""
    before = every_row()
    with pytest.raises(SystemExit) as stopped:
        load(file, **options)
    assert stopped.value.code == 1
    assert every_row() == before
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    return err.splitlines()


def every_row() -> dict[str, int]:
    """table → how many rows."""
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM \"{table}\"" for table in tables))
        return dict(cursor.fetchall())


# --- What is loaded -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [bundles.willow, bundles.full, bundles.everything])
def test_the_rows_are_what_the_file_says(tmp_path: Path, make: Any) -> None:
    """Every list, every key, every date to the microsecond."""
    bundle = make()
    load(written(tmp_path, bundle))
    told, found = held.named(bundle), held.held(Practice.objects.get())
    for name in told:
        assert held.filled(found[name]) == held.filled(told[name]), name


def test_every_table_of_the_two_rooms_is_filled(tmp_path: Path) -> None:
    """So that the comparison above leaves nothing out."""
    load(written(tmp_path, bundles.everything()))
    ours = [model for room in ("accounts", "sessions_log") for model in apps.get_app_config(room).get_models()]
    empty = {model.__name__ for model in ours if not model._base_manager.exists()}
    assert empty == {name for name in STAYS if name != "AuditEvent"}  # unsent, private, unfinished, of one installation


def test_it_says_and_records_how_much_it_created(capsys: pytest.CaptureFixture[str]) -> None:
    load(WILLOW)
    lines = capsys.readouterr().out.splitlines()
    assert {"  Person: 10", "  Session: 3", "  Release: 5", "  Named: 1"} <= set(lines)
    assert lines[-1] == "willow"
    event = AuditEvent.objects.get()
    assert (event.action, event.person_id, event.practice_id) == ("bundle_loaded", None, Practice.objects.get().pk)
    assert event.data["ProgressNote"] == 4
    assert all(isinstance(count, int) for count in event.data.values())


def test_people_sign_in_with_the_password_of_the_file(settings: Any) -> None:
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:]
    load(WILLOW)
    request = RequestFactory().post("/accounts/login/")
    tom = Account.objects.get(email="tom@willow.example")
    assert authenticate(request, email="Tom@Willow.example", password="willow-tom-2026-creek") == tom
    assert tom.password.startswith("argon2$argon2id$")
    answer = WallClient().post("/accounts/login/", {"login": "tom@willow.example", "password": "willow-tom-2026-creek"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    address = EmailAddress.objects.get(user=tom)
    assert (address.email, address.verified, address.primary) == ("tom@willow.example", True, True)


def test_people_without_a_password_have_none_that_works(tmp_path: Path) -> None:
    load(written(tmp_path, bundles.edited(bundles.drop("/people/0/password"))))
    assert not Account.objects.get(email="tom@willow.example").has_usable_password()


def test_addresses_keep_their_capitals_for_people_only(tmp_path: Path) -> None:
    load(written(tmp_path, bundles.full()))
    tom = Person.objects.get(name="Tom Reyes")
    assert Contact.objects.get(person=tom).email == "Tom@Willow.Example"
    assert tom.account.email == EmailAddress.objects.get(user=tom.account).email == "tom@willow.example"


def test_a_signed_note_is_hashed_and_a_draft_is_not() -> None:
    load(WILLOW)
    assert {len(note.signed_sha256) for note in ProgressNote.objects.filter(signed_at__isnull=False)} == {64}
    assert [note.signed_sha256 for note in ProgressNote.objects.filter(signed_at__isnull=True)] == [""]


def test_who_is_named_is_loaded_from_concerns_left_out(tmp_path: Path) -> None:
    load(written(tmp_path, bundles.full()))
    rows = Named.objects.order_by("named_at").select_related("person", "child")
    assert [(row.person.name, row.child.name) for row in rows] == [("Dan Whitlock", "Maya"), ("Karin Lund", "Maya")]
    raised = held.moment("2026-10-19T15:00:00-04:00")
    assert [row.raised_at for row in rows] == [raised, raised]
    assert [row.named_at for row in rows] == [raised, held.moment(bundles.at(21))]
    assert {row.void_from for row in rows} == {held.moment(bundles.ERROR["at"])}
    assert len({row.concern for row in rows}) == 1


def test_concerns_of_their_own_have_numbers_of_their_own(tmp_path: Path) -> None:
    load(written(tmp_path, bundles.edited(bundles.again("/concerns/0", ref="maya-c2", disclosures=[]))))
    assert len({row.concern for row in Named.objects.all()}) == 2


def test_a_second_practice_moves_in_beside_the_first(tmp_path: Path) -> None:
    load(WILLOW)
    other = json.loads(WILLOW.read_text().replace(".example", ".test").replace('"willow"', '"alder"'))
    load(written(tmp_path, other))
    assert Practice.objects.count() == 2
    assert ProgressNote.objects.filter(practice__ref="alder").count() == 4


@pytest.mark.parametrize("name", bad_bundles.LOADS)
def test_past_facts_load_though_a_page_would_refuse_them(tmp_path: Path, name: str) -> None:
    load(written(tmp_path, bundles.edited(*bad_bundles.LOADS[name])))
    assert Practice.objects.filter(ref="willow").exists()


# --- What is left out, and trying ---------------------------------------------------------------------------------------


def test_lists_that_are_not_built_are_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    lines = refused(capsys, WILLOW, skip="")
    assert [line.split(":")[0] for line in lines] == ["/goals", "/concerns", "/messages"]
    assert "--skip goals" in lines[0]


def test_a_list_that_is_not_built_may_be_there_when_empty(tmp_path: Path) -> None:
    empty = [bundles.put(f"/{name}", []) for name in ("goals", "concerns", "messages")]
    load(written(tmp_path, bundles.edited(*empty)), skip="")
    assert not Named.objects.exists()


def test_a_list_left_out_is_not_looked_at(tmp_path: Path) -> None:
    load(
        written(tmp_path, bundles.edited(bundles.put("/goals", {"a": math.nan}), bundles.put("/messages/0/ref", "tom")))
    )
    assert Practice.objects.exists()


def test_a_built_list_can_be_left_out(tmp_path: Path) -> None:
    load(WILLOW, skip=f"{SKIP}, home_updates,agreements")
    assert every_row()["sessions_log_homeupdate"] == every_row()["accounts_agreement"] == 0
    assert ProcessNote.objects.exists()


def test_skip_takes_known_names_only(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = refused(capsys, WILLOW, skip="goals,feelings")
    assert line.startswith(": --skip names a list that cannot be left out; expected: people, ")


def test_who_is_named_is_never_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """What they may read depends on it."""
    (line,) = refused(capsys, WILLOW, skip="named")
    assert "a list that cannot be left out" in line


def test_a_dry_run_says_what_it_would_do_and_does_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    before = every_row()
    load(WILLOW, dry_run=True)
    assert every_row() == before
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "This would be created; nothing was written:"
    assert "  ProgressNote: 4" in lines


def test_a_dry_run_finds_what_only_the_database_knows(capsys: pytest.CaptureFixture[str]) -> None:
    load(WILLOW)
    capsys.readouterr()
    assert refused(capsys, WILLOW, dry_run=True)[0] == "/practice/ref: A practice with this ref exists already."


# --- What is refused ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", bad_bundles.REFUSED)
def test_a_bad_bundle_is_refused_with_a_pointer(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    edits, pointer, telling = bad_bundles.REFUSED[name]
    bundle = bundles.edited(*edits)
    lines = refused(capsys, written(tmp_path, bundle))
    assert len(lines) == 1, lines
    found, _, message = lines[0].partition(": ")
    assert found == pointer
    assert telling in message
    bundles.found(bundle, pointer)


@pytest.mark.parametrize("name", bad_bundles.UNREADABLE)
def test_a_file_that_is_no_document_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    content, telling = bad_bundles.UNREADABLE[name]
    file = tmp_path / "bundle.json"
    file.write_bytes(content)
    (line,) = refused(capsys, file)
    assert line.startswith(": ")
    assert telling in line


def test_a_doubled_key_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON readers keep the last one, and would drop the first without a word."""
    whole = WILLOW.read_text()
    doubled = whole.replace('"name": "Tom Reyes"', '"name": "Tom Reyes", "name": "Dan"')
    doubled = doubled.replace('"relationship": "mother"', '"relationship": "mother", "relationship": "aunt"', 1)
    lines = refused(capsys, written(tmp_path, doubled))
    assert lines == [f"{at}: This key is doubled in its object." for at in ("/people/0/name", "/circle/1/relationship")]


def test_what_is_no_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, tmp_path / "missing.json") == [": The file cannot be read: No such file or directory."]
    assert refused(capsys, tmp_path) == [": The file cannot be read: Is a directory."]


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "bundle.json"
    file.write_bytes(b"\xef\xbb\xbf" + WILLOW.read_bytes())
    load(file)


def test_the_same_file_twice_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    load(WILLOW)
    capsys.readouterr()
    lines = refused(capsys, WILLOW)
    assert [line.split(":")[0] for line in lines] == ["/practice/ref", *(f"/people/{n}/email" for n in range(10))]


def test_an_address_someone_signs_in_with_is_refused_whatever_its_capitals(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Account.objects.create(email="Tom@Willow.Example")
    (line,) = refused(capsys, WILLOW)
    assert line == "/people/0/email: A log-in with this e-mail exists already."


def test_a_username_someone_signs_in_by_is_refused_whatever_its_capitals(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Account.objects.create(username="Kite-Flyer")
    bundle = bundles.edited(bundles.put("/people/6/username", "kite-flyer"))
    (line,) = refused(capsys, written(tmp_path, bundle))
    assert line == "/people/6/username: A log-in with this username exists already."


def test_every_problem_is_told_up_to_fifty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    crowd = [{"ref": f"p{number}", "name": number} for number in range(120)]
    lines = refused(capsys, written(tmp_path, bundles.edited(bundles.more("/people", *crowd))))
    assert len(lines) == 51
    assert lines[0].startswith("/people/10/name: A number stands here; expected: text")
    assert lines[-1] == "… and 70 more"


def test_problems_of_every_kind_are_told_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Shape, rules across objects, and the database, in one run."""
    Practice.objects.create(ref="willow", name="w", time_zone="UTC")
    edits = [bundles.put("/people/9/phone", 5), bundles.again("/circle/0"), bundles.drop("/sessions/2/notes/1/body")]
    lines = refused(capsys, written(tmp_path, bundles.edited(*edits)))
    pointers = [line.split(":")[0] for line in lines]
    assert pointers == ["/people/9/phone", "/circle/8", "/sessions/2/notes/1", "/practice/ref"]


def test_production_refuses_each_password(tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: Any) -> None:
    settings.PRODUCTION = True
    lines = refused(capsys, WILLOW)
    assert [line.split(":")[0] for line in lines] == [f"/people/{number}/password" for number in range(10)]
    assert all("production" in line for line in lines)
    load(written(tmp_path, bundles.edited(*(bundles.drop(f"/people/{number}/password") for number in range(10)))))
    assert not any(account.has_usable_password() for account in Account.objects.all())


def test_what_the_database_refuses_is_a_line_without_values(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two loads at once, say: both saw no such log-in."""
    load(WILLOW)
    capsys.readouterr()
    monkeypatch.setattr("carebridge.bundles.load.check_against_database", lambda *_: None)
    (line,) = refused(capsys, WILLOW)
    assert line == ": The database refuses this practice (accounts_practice_ref_key); nothing was written."


def test_a_mistake_of_the_program_is_a_line_without_values(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise KeyError("Draws foxes.")

    for where in ("write", "check"):
        monkeypatch.setattr(f"carebridge.bundles.load.{where}", broken)
        assert refused(capsys, WILLOW) == [": Loading failed (KeyError) and was undone."]


def test_ctrl_c_is_a_line_too(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("carebridge.bundles.load.write", stopped)
    before = every_row()
    with pytest.raises(SystemExit) as exit_:
        load(WILLOW)
    assert (exit_.value.code, every_row()) == (130, before)
    assert capsys.readouterr().err == "Stopped. Nothing was loaded.\n"


# --- Whatever the file holds --------------------------------------------------------------------------------------------

SCRAPS: list[Json] = [
    None, True, False, 0, -1, 7, 11, 10**19, 10**30, 2.5, math.nan, math.inf, "", " ", "x", "child", "tom", "maya",
    "maya-login", "priya", "maya-s1", "willow", "a\0b", "\ud800", "x" * 300, "full", "none", "guardian", "helper",
    "process", "nobody", "tom@willow.example", "2026-10-05", "2026-02-30", "2012-02-29", "2026-10-05T15:00:00",
    "2026-10-05T15:00:00Z", "2031-01-01T00:00:00+00:00", "0001-01-01T00:00:00+15:59", "9999-12-31T23:59:59-15:59",
    [], {}, [None], [[]], ["tom"], ["child", "child"], {"ref": "tom"}, {"a\nb": 1}, {"a/b~c": {}},
    {"by": "tom", "at": "2026-10-20T00:00:00Z", "reason": "wrong record"},
]  # fmt: skip
KEYS = ["ref", "entered_in_error", "until", "signed_at", "sections", "body", "authority", "x", "withdrawn_at", "not_to"]


def places(value: Json, pointer: str = "") -> list[str]:
    """Every pointer below the top."""
    keys: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, each in keys for place in (f"{pointer}/{key}", *places(each, f"{pointer}/{key}"))]


def mutate(bundle: Json, how: st.DataObject) -> None:
    """Delete, replace, copy or add one thing somewhere."""
    place = how.draw(st.sampled_from(places(bundle)))
    head, _, last = place.rpartition("/")
    holder = bundles.found(bundle, head)
    key: Any = int(last) if isinstance(holder, list) else last
    verb = how.draw(st.sampled_from(["delete", "replace", "move", "double", "add"]))
    if verb == "delete":
        del holder[key]
    elif verb == "replace":
        holder[key] = how.draw(st.sampled_from(SCRAPS))
    elif verb == "move":
        holder[key] = json.loads(json.dumps(bundles.found(bundle, how.draw(st.sampled_from(places(bundle))))))
    elif verb == "double" and isinstance(holder, list):
        holder.append(json.loads(json.dumps(holder[key])))
    elif isinstance(holder[key], dict):
        holder[key][how.draw(st.sampled_from(KEYS))] = how.draw(st.sampled_from(SCRAPS))


def check_lines(lines: list[str], bundle: Json) -> None:
    """Problems with pointers to what is there, found before the database or luck did."""
    assert lines
    for line in lines[:50]:
        pointer, _, message = line.partition(": ")
        bundles.found(bundle, pointer)
        assert message.endswith(".")
        assert not message.startswith(("The database refuses", "Loading failed"))


@settings(
    max_examples=150, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(how=st.data(), make=st.sampled_from([bundles.willow, bundles.full, bundles.everything]), times=st.integers(1, 3))
def test_any_change_loads_or_is_refused_where_it_is(
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
    how: st.DataObject,
    make: Any,
    times: int,
) -> None:
    """No traceback, nothing that only the database or luck noticed, and pointers to what is there."""
    bundle = make()
    for _ in range(times):
        mutate(bundle, how)
    file = written(tmp_path_factory.mktemp("fuzz"), bundle)
    with transaction.atomic():
        before = every_row()
        status = 0
        try:
            load(file)
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        out, err = capsys.readouterr()
        if status:
            assert (status, out, every_row()) == (1, "", before)
            check_lines(err.splitlines(), bundle)
        else:
            assert Practice.objects.count() == 1
        transaction.set_rollback(True)
