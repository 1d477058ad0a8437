"""Whatever is typed into any field of any form and any query parameter: never a 5xx, never unescaped, never somebody else's.

security.md, Numbers: "bad input: NUL, 1 MB, bidi, XSS + SQLi strings in every field, sort and filter; foreign ids in bodies:
0 × 5xx, 0 unescaped, 0 changes". `make test` takes a sample, `make proof` all of it.
"""

import re
from collections.abc import Iterator
from html import escape, unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.urls import reverse

from accounts.models import Account, Child, MoveIn
from accounts.move_in_columns import COLUMNS
from sessions_log.actions.notes import sections_hash
from sessions_log.models import HomeUpdate
from tests.accounts.moving import guardian, rounds, row, say_yes, send, table
from tests.accounts.signing_in import give_passkey, give_password, sign_in
from tests.guards.bad_words import EXTREME_MOMENTS, ODD, SCRIPTS, STATEMENTS, WRAPS
from tests.guards.browsing import PROOF, faults_of
from tests.guards.test_audit import everything
from tests.guards.test_urls import KEY, NAMING, SESSION, UPDATE, invite_some, share, undone
from tests.harness import WallClient, signed_in
from tests.worlds import Rich, add_update

NOTE = {f"section_{number}": "w" for number in range(3)}
# Every form: who sends it, where, for which row, with what, and which of its fields take the bad words.
type Form = tuple[str, str, str, dict[str, Any], tuple[str, ...]]
TAPPED = ("length", "tapped_setting", "tapped_techniques", "tapped_themes", "tapped_affect", "used")
RECORD = ("setting", "techniques", "themes", "engagement", "affect", "child_words", "child_choices", *TAPPED)
MORE = ("where", "intensity", "antecedent", "behaviour", "consequence", "helped", "opened", "when", "place")


def forms(world: Rich) -> list[Form]:
    """All of them; the last of these tests fails when one is missing."""
    rows = world.rows
    seen = {key: rows[key].changed_at.isoformat() for key in ("d_tom", "x_tom", "m_none")}
    reader = str(world.cast.priya.public_id)
    body = {"body": "w", "form_key": KEY}
    sealed = share(world, "maya") if isinstance(world, Rich) else {}
    grounded = {**sealed, "readers": reader, "explanation": "w"}

    def sha256(key: str) -> str:
        """Of a draft's text."""
        return sections_hash(rows[key]) if isinstance(world, Rich) else ""

    return [
        ("tom", "session_new", "", SESSION, ("held_at", "minutes", "child_attended", "attended", "form_key", *RECORD)),
        ("tom", "session_afresh", "", {}, ("seen",)),
        ("tom", "session_error", "s_may", {"reason": "w"}, ("reason", "also")),
        ("tom", "note_new", "s_may", {**NOTE, "form_key": KEY, "save": ""}, ("section_0", "form_key")),
        ("tom", "note", "d_tom", {**NOTE, "form_key": KEY, "seen": seen["d_tom"], "save": ""}, ("section_0", "seen")),
        (
            "tom",
            "note_new_autosave",
            "s_may",
            {**body, "template": "free"},
            ("body", "form_key", "seen", "template", "names"),
        ),
        (
            "tom",
            "note_autosave",
            "d_tom",
            {**NOTE, "form_key": KEY, "seen": seen["d_tom"]},
            ("section_0", "seen", "names"),
        ),
        ("tom", "process_note_new_autosave", "s_may", body, ("body", "form_key", "seen")),
        ("tom", "process_note_autosave", "x_tom", {**body, "seen": seen["x_tom"]}, ("body", "form_key", "seen")),
        ("tom", "note_sign", "d_tom", {"sha256": sha256("d_tom")}, ("sha256",)),
        ("tom", "note_offer", "d_tom", {"person": str(world.cast.ines.public_id)}, ("person",)),
        ("tom", "note_take_back", "d_offered", {}, ("x",)),
        ("ines", "note_cosign", "d_offered", {"sha256": sha256("d_offered")}, ("sha256",)),
        ("ines", "note_give_back", "d_offered", {"sha256": sha256("d_offered"), "words": "w"}, ("sha256", "words")),
        ("tom", "note_error", "n_may", {"reason": "w"}, ("reason", "also")),
        ("tom", "addendum_error", "ad_may", {"reason": "w"}, ("reason",)),
        ("tom", "process_note_error", "x_tom", {"reason": "w"}, ("reason",)),
        ("tom", "addendum_new", "n_may", body, ("body", "form_key")),
        ("tom", "process_note_new", "s_may", body, ("body", "form_key")),
        ("tom", "process_note", "x_tom", {**body, "seen": seen["x_tom"]}, ("body", "form_key", "seen")),
        ("tom", "summary_new", "s_may", body, ("body", "form_key")),
        ("tom", "summary_edit", "m_none", {**body, "seen": seen["m_none"]}, ("body", "form_key", "seen")),
        ("tom", "summary_new_autosave", "s_may", body, ("body", "form_key", "seen")),
        ("tom", "summary_autosave", "m_none", {**body, "seen": seen["m_none"]}, ("body", "form_key", "seen")),
        ("tom", "summary_error", "m_none", {"reason": "w"}, ("reason",)),
        ("tom", "release_withdraw", "rl_priya", {}, ("x",)),
        ("tom", "summary_wish", "m_none", {"kind": "not_to", "not_to": reader}, ("kind", "not_to", "asked")),
        ("tom", "summary_share", "m_none", grounded, SHARING),
        ("priya", "update_new", "", UPDATE, ("kind", "body", "observed_at", "share_with", "form_key", *MORE)),
        (
            "priya",
            "update_edit",
            "u_withdrawn",
            {**UPDATE, "seen": str(rows["u_withdrawn"].pk)},
            ("kind", "body", "seen", *MORE),
        ),
        ("priya", "update_error", "u_priya", {"why": "not_so"}, ("why", "more")),
        ("tom", "reply_error", "reply_priya", {"reason": "w"}, ("reason",)),
        ("tom", "update_reply", "u_priya", body, ("body", "form_key")),
        ("tom", "update_mark", "u_priya", {"kind": "seen"}, ("kind", "withdraw")),
        ("priya", "update_share", "u_priya", {"person": str(world.cast.dan.public_id)}, ("person", "withdraw")),
    ]


SHARING = ("readers", "ground", "explanation", "confirmed", "send_anyway", "previewed")
FORMS = 35
QUERIES: list[tuple[str, str, str, tuple[str, ...]]] = [
    ("omar", "people", "", ("page", "role", "state")), ("omar", "circles", "", ("page",)), ("tom", "child", "", ("before",)),
    ("priya", "child", "", ("before",)), ("maya_login", "shared", "", ("before",)), ("tom", "note_new", "s_may", ("template",)),
    ("", "account_login", "", ("next",)), ("", "account_reset_password", "", ("next",)),
    ("tom", "account_logout", "", ("next",)), ("tom", "account_reauthenticate", "", ("next",)),
    ("omar", "move_in_file", "file_omar", ("page", "show")), ("omar", "invitations", "", ("page", "show")),
    ("", "join_card", "", ("code",)),
]  # fmt: skip
SIGN_IN: list[tuple[str, str, dict[str, str]]] = [
    ("", "account_login", {"login": "a@example.org", "password": "wrong wrong wrong", "next": "/", "remember": "on"}),
    ("", "account_reset_password", {"email": "a@example.org"}),
    ("tom", "account_change_password", {"oldpassword": "w", "password1": "w", "password2": "w"}),
    ("tom", "account_reauthenticate", {"password": "w", "next": "/"}),
    ("", "account_signup", {"email": "a@example.org", "password1": "w"}),
    ("tom", "account_logout", {"next": "/"}),
    ("tom", "account_set_password", {"password1": "w", "password2": "w"}),
    ("priya", "account", {"name": "w", "phone": "1", "language": "es", "time_zone": "Europe/Madrid"}),
    ("priya", "own_device", {"shared": "1"}),
    ("priya", "address_change", {"email": "a@example.org"}),
    ("", "factor_reset_use", {"password": "w"}),
    ("", "mfa_authenticate", {"code": "1", "credential": "{}"}),
    ("tom", "mfa_reauthenticate", {"code": "1", "next": "/"}),
    ("tom", "mfa_reauthenticate_webauthn", {"credential": "{}", "next": "/"}),
    ("tom", "mfa_activate_totp", {"code": "1"}),
    ("tom", "mfa_add_webauthn", {"name": "w", "credential": "{}", "passwordless": "on"}),
    ("", "mfa_login_webauthn", {"credential": "{}", "shared": "on", "next": "/"}),
    ("tom", "mfa_edit_webauthn", {"name": "w"}),
    ("", "join", {"password1": "w", "password2": "w"}),
    ("", "join_card", {"code": "ABCDEFGHJKLM", "username": "w", "password1": "w", "password2": "w"}),
    ("tom", "practices", {"practice": ""}),
]
# An admin's forms about somebody, Ines of the world.
ABOUT_SOMEBODY: list[tuple[str, dict[str, str]]] = [
    ("role_add", {"role": "admin", "starts": "2026-11-09"}),
    ("supervisor_add", {"person": "", "starts": "2026-11-09"}),
    ("person_deactivate", {"reason": "w"}),
    ("person_sign_out", {"w": "w"}),
]


def words() -> list[str]:
    """All bad words: 200 scripts and 100 statements wrapped in five ways, and the odd ones."""
    return [wrap.replace("{}", text) for text in SCRIPTS + STATEMENTS for wrap in WRAPS] + ODD


def sample(every: int, offset: int) -> list[str]:
    """Every n-th of them, another part for every field, and always NUL and a lone surrogate."""
    return words() if PROOF else [*words()[offset % every :: every], "a\u0000b", "\ud800"]


def encoded(data: dict[str, Any]) -> str:
    """A form body byte by byte, so that what is no valid Unicode can be sent too."""
    return "&".join(
        f"{key}={quote(str(value).encode('utf-8', 'surrogatepass'))}" for key, value in data.items()
    )  # fmt: skip


def post(client: WallClient, url: str, data: dict[str, Any]) -> Any:
    """Send a form as a browser does; exceptions become the page they would be."""
    client.raise_request_exception = False
    return client.post(url, encoded(data), content_type="application/x-www-form-urlencoded")


def where(world: Rich, name: str, key: str) -> str:
    """The address of a page about Maya, or of a page without a child."""
    if name == "join":
        return reverse(name, args=["forged~link"])
    if name.startswith("account_") or name in {"people", "circles", "move_in", "invitations", "join_card"}:
        return reverse(name)
    if name.startswith("move_in"):
        return reverse(name, args=[world.rows[key].pk])
    return reverse(name, args=[world.cast.maya.public_id, *([world.rows[key].pk] if key else [])])


def troubles(response: Any, word: str) -> Iterator[str]:
    """What must never come back."""
    if response.status_code >= 500:
        yield f"a {response.status_code}"
    text = response.content.decode()
    if ("<" in word or '"' in word) and word in text and word != escape(word):
        yield "unescaped"
    yield from faults_of(response)


@pytest.mark.proof
@pytest.mark.parametrize("number", range(FORMS))
def test_bad_words_in_every_field(world: Rich, number: int) -> None:
    """Each form, each field, each word; what was stored is read back escaped and whole."""
    who, name, key, good, fields = forms(world)[number]
    client, url, wrong, stored = signed_in(world.person(who)), where(world, name, key), [], 0
    for place, field in enumerate(fields):
        for word in sample(67, place + number):
            with undone():
                response = post(client, url, {**good, field: word})
                wrong += [f"{name}.{field} {word[:40]!r}: {trouble}" for trouble in troubles(response, word)]
                if response.status_code == 302:
                    page: Any = client.get(response["Location"])
                    wrong += [f"{name}.{field} {word[:40]!r}, read: {trouble}" for trouble in troubles(page, word)]
                    stored += word.strip() in unescape(page.content.decode())
    assert not wrong
    if {"body", "section_0", "affect"} & set(fields) and not name.endswith("_autosave"):
        assert stored > 2


@pytest.mark.proof
@pytest.mark.parametrize("number", range(len(QUERIES)))
def test_bad_words_in_every_query_parameter(world: Rich, number: int) -> None:
    """Searches, pages, cursors, templates, where to go next: only ever within this site."""
    who, name, key, parameters = QUERIES[number]
    client, wrong = signed_in(world.person(who) if who else None), []
    client.raise_request_exception = False
    for parameter in parameters:
        moments = [f"{moment}{zone}_{KEY}" for moment in EXTREME_MOMENTS for zone in ("+14:00", "-12:00", "")]
        for word in [*sample(67, number), *(moments if parameter == "before" else [])]:
            response: Any = client.get(f"{where(world, name, key)}?{encoded({parameter: word})}")
            wrong += [f"{name}?{parameter}={word[:40]!r}: {trouble}" for trouble in troubles(response, word)]
            target = response.get("Location", "/")
            if not target.startswith("/") or target.startswith("//"):
                wrong.append(f"{name}?{parameter}={word[:40]!r}: sent to {target}")
    assert not wrong


@pytest.mark.proof
@pytest.mark.parametrize("name", ["people", "circles", "invitations"])
def test_bad_words_looked_for(world: Rich, name: str) -> None:
    """The practice's searches, which store nothing."""
    client, wrong = signed_in(world.cast.omar), []
    for field in ("q", "page"):
        for word in sample(67, len(name)):
            response = post(client, reverse(name), {"q": "xq", field: word})
            wrong += [f"{name} {field}={word[:40]!r}: {trouble}" for trouble in troubles(response, word)]
            if response.status_code != 200:
                wrong.append(f"{name} {field}={word[:40]!r}: {response.status_code}")
    assert not wrong


@pytest.mark.proof
@pytest.mark.parametrize("column", COLUMNS)
def test_bad_words_in_every_cell_of_a_file(world: Rich, column: str) -> None:
    """All of them in one file: shown escaped, made or told as wrong, never a 5xx. (A lone surrogate is in no text file.)"""
    client, wrong = signed_in(world.cast.omar), []
    client.raise_request_exception = False
    found = [word for word in sample(5, COLUMNS.index(column)) if not re.search("[\ud800-\udfff]", word)]
    whole = {**row("Lou"), **guardian("Ada O", ""), **guardian("Bo O", "", seat=2)}
    lines = [{**whole, "child_name": f"Lou {number}", column: word} for number, word in enumerate(found)]
    sent: Any = send(client, table(*lines, whole))
    wrong += [f"{column}, sent: {trouble}" for trouble in troubles(sent, "")]
    if sent.status_code == 302:  # else the file as a whole is refused
        for page in range(1, 1 + (len(found) + 24) // 25):
            shown: Any = client.get(f"{sent['Location']}?page={page}")
            wrong += [f"{column}, shown: {trouble}" for word in found for trouble in troubles(shown, word)]
        move = MoveIn.objects.get(uploaded_by=world.cast.omar, status="checked")
        MoveIn.objects.filter(pk=world.rows["file_abel"].pk).update(status="expired")  # one at a time
        say_yes(client, move)
        rounds()
        move.refresh_from_db()
        assert move.children + len(move.left_out) == move.rows == len(found) + 1
        assert not [code for _, code in move.left_out if code == "failed"]
    assert not wrong


@pytest.mark.proof
@pytest.mark.parametrize("field", ["shown", "row", "page", "show", "go"])
def test_bad_words_in_the_choice_of_rows(world: Rich, field: str) -> None:
    """Which change nothing but ticks."""
    client, url, wrong = signed_in(world.cast.omar), where(world, "move_in_file", "file_omar"), []
    for word in sample(11, len(field)):
        with undone():
            response = post(client, url, {"shown": "2", "row": "2", field: word})
            wrong += [f"{field}={word[:40]!r}: {trouble}" for trouble in troubles(response, word)]
            target = response.get("Location", "/")
            if not target.startswith("/practice/move-in/"):
                wrong.append(f"{field}={word[:40]!r}: sent to {target}")
    assert not wrong


INVITING: list[tuple[str, dict[str, Any]]] = [
    (
        "invitation_new",
        {"kind": "staff", "roles": "admin", "name": "w", "email": "w@x.example", "phone": "123", "language": "en"},
    ),
    ("invitation_person", {"email": "w@x.example"}),
    ("invitation_several", {"person": KEY, "one": KEY}),
    ("invitation_file", {"rows": "w", "practice": KEY}),
]


@pytest.mark.proof
@pytest.mark.parametrize("name", [name for name, _ in INVITING])
def test_bad_words_in_an_invitation(world: Rich, name: str) -> None:
    """Said as wrong, or invited and listed escaped."""
    invite_some(world)
    client, good, wrong = signed_in(world.cast.omar), dict(INVITING)[name], list[str]()
    url = reverse(name, args=[world.rows["p_vic"].public_id] if name == "invitation_person" else [])
    for place, field in enumerate(good):
        for word in sample(67, place):
            with undone():
                response = post(client, url, {**good, field: word})
                wrong += [f"{name}.{field} {word[:40]!r}: {trouble}" for trouble in troubles(response, word)]
                if response.status_code == 302:
                    page: Any = client.get(response["Location"])
                    wrong += [f"{name}.{field} {word[:40]!r}, read: {trouble}" for trouble in troubles(page, word)]
    assert not wrong


@pytest.mark.proof
@pytest.mark.parametrize("number", range(len(SIGN_IN)))
def test_bad_words_where_one_signs_in(world: Rich, number: int, settings: Any) -> None:
    """Before anybody is known."""
    settings.ACCOUNT_RATE_LIMITS = False
    who, name, good = SIGN_IN[number]
    wrong = []
    for place, field in enumerate(good):
        for word in sample(67, place + number):
            with undone():
                client = signed_in(world.person(who) if who else None)
                response = post(client, reverse(name, args=NAMING.get(name, [])), {**good, field: word})
                wrong += [f"{name}.{field} {word[:40]!r}: {trouble}" for trouble in troubles(response, word)]
    assert not wrong


# What a browser never sends as the answer of a passkey.
ANSWERS = ["", "1", "[]", "{}", '"x"', "null", "{", '{"id": 1}', '{"response": []}', '{"response": {"userHandle": 1}}',
           '{"id": "é", "rawId": "!", "type": "public-key", "response": {"userHandle": "\\u0000"}}',
           '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA", "attestationObject": "AA"}}',
           '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "e30", "authenticatorData": "AA",'
           ' "signature": "AA", "userHandle": "MQ"}}']  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_is_no_answer_of_a_passkey(world: Rich, answer: str) -> None:
    """On every page that takes one."""
    tom = world.person("tom")
    give_password(tom)
    give_passkey(signed_in(tom))
    halfway = WallClient()
    sign_in(halfway, tom)
    wrong = []
    for client, name in (
        (signed_in(tom), "mfa_add_webauthn"), (signed_in(tom), "mfa_reauthenticate_webauthn"),
        (halfway, "mfa_authenticate"), (signed_in(None), "mfa_login_webauthn"),
    ):  # fmt: skip
        client.get(reverse(name), headers={"Accept": "application/json"})  # so that an answer is waited for
        response = post(client, reverse(name), {"credential": answer, "name": "w"})
        wrong += [f"{name}: {trouble}" for trouble in troubles(response, answer)]
    assert not wrong


@pytest.mark.proof
@pytest.mark.parametrize("number", range(len(ABOUT_SOMEBODY)))
def test_bad_words_about_somebody(world: Rich, number: int) -> None:
    """In each field, and as the practice in the address; what was stored is read back escaped."""
    name, good = ABOUT_SOMEBODY[number]
    url, wrong = reverse(name, args=[world.person("ines").public_id]), []
    for place, field in enumerate([*good, "?practice"]):
        for word in sample(67, place + number):
            with undone():
                client = signed_in(world.person("omar"))
                asked = f"{url}?{encoded({'practice': word})}" if field == "?practice" else url
                response = post(client, asked, good if field == "?practice" else {**good, field: word})
                wrong += [f"{name}.{field} {word[:40]!r}: {trouble}" for trouble in troubles(response, word)]
                if response.status_code == 302:
                    page = client.get(response["Location"])
                    wrong += [f"{name}.{field} {word[:40]!r}, read: {trouble}" for trouble in troubles(page, word)]
    assert not wrong


@pytest.mark.proof
@pytest.mark.parametrize("address", ["reset/key/{}-{}/", "reset/key/0-{}/", "reset/key/zzzzzzzzzzzzzzzz-{}/"])
def test_bad_words_in_a_mailed_key(world: Rich, address: str) -> None:
    """The addresses made of more than random ids."""
    client, wrong = signed_in(None), []
    client.raise_request_exception = False
    response: Any
    for word in sample(67, 3):
        key = quote(word.encode("utf-8", "surrogatepass"), safe="")
        for ours in ("/account/address/", "/account/factor/"):
            response = client.get(f"{ours}{key}/")
            wrong += [f"{ours} {word[:40]!r}: {trouble}" for trouble in troubles(response, word)]
        response = client.get("/accounts/password/" + address.replace("{}", key))
        wrong += [f"{word[:40]!r}: {trouble}" for trouble in troubles(response, word)]
    assert not wrong


@pytest.mark.parametrize("size", [100_000, 100_001, 1_000_000, 3_000_000])
def test_very_long_texts(world: Rich, size: int) -> None:
    """100,000 characters are kept whole; more is refused with a form or a 400, and nothing is stored of it."""
    client, text = signed_in(world.cast.priya), "é" * size
    before = HomeUpdate.objects.count()
    response = post(client, where(world, "update_new", ""), {**UPDATE, "body": text})
    assert response.status_code == (302 if size <= 100_000 else 200 if size < 300_000 else 400)
    assert HomeUpdate.objects.count() == before + (size <= 100_000)
    if size <= 100_000:
        assert HomeUpdate.objects.get(form_key=KEY).body == text
        assert text in client.get(response["Location"]).content.decode()


def test_very_many_fields(world: Rich) -> None:
    """A body of thousands of fields is a 400, not a 500."""
    client = signed_in(world.cast.priya)
    response = post(client, where(world, "update_new", ""), {f"x{number}": "1" for number in range(5000)})
    assert response.status_code == 400
    assert not faults_of(response)


EDGES: list[tuple[str, str, dict[str, Any], str]] = [
    ("priya", "update_new", UPDATE, "observed_at"),
    ("tom", "session_new", SESSION, "held_at"),
]


@pytest.mark.proof
@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Pacific/Honolulu"])
def test_moments_at_the_edge_break_nobodys_page(world: Rich, zone: str) -> None:
    """A date that no calendar of the reader's zone can show must not lock anyone out of the child's page."""
    wrong = []
    for moment in EXTREME_MOMENTS if PROOF else EXTREME_MOMENTS[::3]:
        for who, name, good, field in EDGES:
            with undone():
                Account.objects.update(time_zone=zone)
                response = post(signed_in(world.person(who)), where(world, name, ""), {**good, field: moment})
                if response.status_code not in {200, 302}:
                    wrong.append(f"{name} {moment}: {response.status_code}")
                pages = [where(world, "child", ""), response.get("Location", "/")]
                for reader in ("Pacific/Honolulu", "Pacific/Kiritimati"):
                    Account.objects.update(time_zone=reader)
                    client = signed_in(world.cast.tom)
                    client.raise_request_exception = False
                    wrong += [
                        f"{name} {moment}, read at {page}" for page in pages if client.get(page).status_code != 200
                    ]
    assert not wrong


def foreign(world: Rich) -> dict[str, str]:
    """People who are nobody's business here: another child's mother, another practice's, a stranger, and nobody."""
    ids = {name: str(world.person(name).public_id) for name in ("nell", "adam", "otto", "sue", "zara")}
    return {**ids, "number": str(world.cast.priya.pk), "nobody": KEY}


CHOOSING = {
    "session_new": ("attended",), "summary_wish": ("not_to",), "summary_share": ("readers",), "update_new": ("share_with",),
    "update_share": ("person",),
}  # fmt: skip


def test_foreign_ids_in_bodies_change_nothing(world: Rich) -> None:
    """People of another child or practice cannot be chosen as attenders, readers, or the ones a wish is about; what is not a
    field of the form is not read at all."""
    wrong = []
    for who, name, key, good, _ in forms(world):
        for field in CHOOSING.get(name, ()):
            for label, number in foreign(world).items():
                if field in {"attended", "not_to"} and label == "sue":
                    continue  # Maya's aunt may have come along, and Maya may not want her to read
                with undone():
                    client = signed_in(world.person(who))
                    before = everything()
                    response = post(client, where(world, name, key), {**good, field: number})
                    after = everything()
                    changed = {table for table in after if after[table] != before[table]} - {"accounts_auditevent"}
                    if changed or response.status_code not in {200, 404}:
                        wrong.append(f"{name}.{field}={label}: {response.status_code}, {changed}")
    assert not wrong


def test_fields_that_are_not_on_the_form_are_not_read(world: Rich) -> None:
    """Author, child, practice, moments and signatures are never the browser's to say."""
    forged = {
        "author": world.cast.dan.pk, "author_id": world.cast.dan.pk, "child": str(world.cast.leo.public_id),
        "child_id": world.cast.leo.pk, "practice": 1, "practice_id": 1, "posted_at": "2020-01-01", "id": KEY,
        "signed_at": "2020-01-01", "error_at": "2020-01-01", "written_at": "2020-01-01", "pk": KEY,
    }  # fmt: skip
    response = post(signed_in(world.cast.priya), where(world, "update_new", ""), {**UPDATE, **forged})
    assert response.status_code == 302
    update = HomeUpdate.objects.get(form_key=KEY)
    assert (update.author_id, update.child_id) == (world.cast.priya.pk, world.cast.maya.pk)
    assert str(update.pk) != KEY


def test_a_form_key_of_someone_else_is_no_way_in(world: Rich) -> None:
    """The hidden key is unique per author: sending another's key posts one's own row and shows none of theirs."""
    add_update(world, "keyed", "maya", world.cast.dan, world.rows["u_dan"].posted_at, form_key=KEY)
    response = post(signed_in(world.cast.priya), where(world, "update_new", ""), UPDATE)
    assert response.status_code == 302
    assert str(world.rows["u_keyed"].pk) not in response["Location"]
    assert HomeUpdate.objects.filter(form_key=KEY).count() == 2


def test_a_childs_name_is_escaped_wherever_it_stands(world: Rich) -> None:
    """Names are typed by people, too."""
    name = '<b onclick="x">M & \'co</b>'
    Child.objects.filter(pk=world.cast.maya.pk).update(name=name, about_me=name, pronouns="<i>'x\"")
    for who in ("tom", "priya", "omar"):
        client = signed_in(world.person(who))
        for url in ("/", where(world, "child", ""), where(world, "session", "s_may"), where(world, "circles", "")):
            assert "<b onclick" not in client.get(url).content.decode()


def saves(name: str, status: int) -> bool:
    """An address that answers a form by going on, or a page that saves by itself."""
    return status == 302 or (status == 200 and name.endswith("_autosave"))


def test_every_form_is_tried() -> None:
    """A new form fails here until it is in the list."""
    from tests.guards.test_urls import CLINICAL, PLAIN

    class Anything(dict[str, Any]):
        def __missing__(self, key: str) -> Any:
            return Anyone()

    class Anyone:
        def __getattr__(self, name: str) -> Any:
            return Anyone()

        def __call__(self) -> str:
            return ""

    world: Any = Anyone()
    world.rows = Anything()
    listed = forms(world)
    tried = {name for _, name, *_ in listed}
    sending = {name for name, cases in CLINICAL.items() if any(saves(name, case.post) for case in cases)}
    assert tried == sending
    assert len(listed) == FORMS
    assert {name for _, name, _ in SIGN_IN} == PLAIN.keys() - {
        "home", "health", "ready", "leave", "account_inactive", "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "usersessions_list", "stay", "notices", "address_give_up", "address_yes", "mfa_index", "mfa_deactivate_totp",
        "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_remove_webauthn",
    }  # fmt: skip
