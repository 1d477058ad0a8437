"""The trail as admins and leads look through it: only what each may read, never a text, and looking is on it."""

import ast
import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from accounts.audit_words import ABOUT_ONE, STANDS_OUT, WORDS, detail
from accounts.models import AuditEvent, Person
from accounts.models.audit import ADMIN_ACTIONS
from accounts.trail_reads import PAGE
from tests import people
from tests.harness import signed_in
from tests.people import DAY, NOON, Willow

ROOT = Path(__file__).resolve().parents[2]
HOUR = timedelta(hours=1)


def event(willow: Willow, action: str, who: Person | None, **more: Any) -> AuditEvent:
    """One row of the practice's trail, yesterday unless said otherwise."""
    values = {"at": NOON - DAY, "practice_id": willow.practice.pk, "person_id": who.pk if who else None, **more}
    made: AuditEvent = AuditEvent.objects.create(action=action, **values)
    return made


def page(willow: Willow, who: str, **query: str) -> str:
    """The page with this filter."""
    answer = signed_in(willow.people[who]).get(reverse("trail"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def table_of(text: str) -> str:
    """The rows alone: the form names kinds of acts too."""
    return text.split("<tbody")[1].split("</tbody>", maxsplit=1)[0] if "<tbody" in text else ""


def export(willow: Willow, who: str, **query: str) -> list[dict[str, str]]:
    """The same as a table."""
    answer = signed_in(willow.people[who]).post(reverse("trail_export"), query)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


# --- Who reads what --------------------------------------------------------------------------------------------------


def test_only_admins_and_leads_open_it(willow: Willow) -> None:
    for who in ("tom", "ines", "otto", "priya", "dan", "maya_login", "karin", "sue", "joy"):
        client = signed_in(willow.people[who])
        assert client.get(reverse("trail")).status_code == 404, who
        assert client.post(reverse("trail_export")).status_code == 404, who
    assert signed_in(willow.omar).get(reverse("trail_export")).status_code == 405


def test_admins_read_accounts_and_circles_leads_all_of_it(willow: Willow) -> None:
    event(willow, "sign_in", willow.priya)
    event(willow, "note_signed", willow.tom, child_id=willow.maya.pk, shown=[uuid4()])
    assert "signed in" in table_of(page(willow, "omar"))
    assert "progress note" not in table_of(page(willow, "omar"))
    assert "signed a progress note" in table_of(page(willow, "ruth"))
    assert "progress note" not in table_of(page(willow, "omar", kind="note_signed"))
    assert not [row for row in export(willow, "omar") if row["action"] == "note_signed"]


def test_another_practices_trail_is_nobodys_here(willow: Willow) -> None:
    event(willow, "sign_in", willow.priya)
    assert "Priya" not in page(willow, "stella")
    assert not [row for row in export(willow, "stella") if row["person"] == "Priya"]


def test_an_admin_who_is_family_reads_nothing_of_that_circle(willow: Willow) -> None:
    """ADR 1, reading 16. Omar is Maya's uncle: neither what is about her nor when her family signed in; what her therapist did
    about Leo, and what Leo's mother did, he reads."""
    people.tie(willow.omar, willow.maya, "guardian", "informed")
    event(willow, "sign_in", willow.priya)
    event(willow, "sign_in", willow.nell)
    event(willow, "circle_changed", willow.tom, child_id=willow.maya.pk, shown=[willow.dan.public_id])
    event(willow, "circle_changed", willow.tom, child_id=willow.leo.pk, shown=[willow.joy.public_id])
    shown = table_of(page(willow, "omar"))
    for hidden in ("Priya", "Maya", "Dan"):
        assert hidden not in shown
    for seen in ("Nell", "Leo", "Joy"):
        assert seen in shown
    rows = str(export(willow, "omar"))
    for hidden in ("Priya", "Maya", "Dan"):
        assert hidden not in rows


@pytest.mark.parametrize("name", ["person", "child"])
def test_an_id_of_whom_one_may_not_know_gives_nothing(willow: Willow, name: str) -> None:
    """Not even what would be there without it; the same as an id of nobody."""
    people.tie(willow.omar, willow.maya, "guardian", "informed")
    event(willow, "people_read", willow.otto, shown=[willow.priya.public_id])
    barred = str(willow.priya.public_id if name == "person" else willow.maya.public_id)
    for value in (barred, str(uuid4()), str(UUID(int=0)), "x", "a\u0000b", "' OR 1=1"):
        text = page(willow, "omar", **{name: value})
        assert not table_of(text)
        for hidden in ("Priya", "Maya<"):
            assert hidden not in text
        assert export(willow, "omar", **{name: value}) == []


def test_a_barred_name_typed_in_is_nobodys(willow: Willow) -> None:
    people.tie(willow.omar, willow.maya, "guardian", "informed")
    answer = signed_in(willow.omar).post(reverse("trail"), {"person": "Priya", "child": "Maya"})
    assert answer.status_code == 200
    assert answer.content.decode().count("Nobody of that name.") == 2


# --- Filters ---------------------------------------------------------------------------------------------------------


def test_a_name_becomes_an_id_before_it_stands_in_an_address(willow: Willow) -> None:
    event(willow, "sign_in", willow.priya)
    event(willow, "sign_in", willow.nell)
    client = signed_in(willow.omar)
    answer = client.post(reverse("trail"), {"person": " priya ", "kind": "sign_in", "since": "2026-10-01"})
    assert answer.status_code == 302
    query = parse_qs(urlparse(answer["Location"]).query)
    assert query == {"person": [str(willow.priya.public_id)], "kind": ["sign_in"], "from": ["2026-10-01"]}
    shown = client.get(answer["Location"]).content.decode()
    assert "Priya" in table_of(shown)
    assert "Nell" not in table_of(shown)
    assert 'value="Priya"' in shown


def test_a_name_of_several_is_chosen_by_hand(willow: Willow) -> None:
    for number in (1, 2):
        people.tie(people.person(f"Alex {number}"), willow.leo, "helper")
    text = signed_in(willow.omar).post(reverse("trail"), {"person": "alex"}).content.decode()
    assert "Choose one" in text
    assert "Alex 1" in text
    assert "Alex 2" in text


def test_by_or_about_a_person(willow: Willow) -> None:
    event(willow, "short_access_given", willow.ruth, child_id=willow.leo.pk, shown=[willow.otto.public_id])
    event(willow, "sign_in", willow.nell)
    shown = table_of(page(willow, "omar", person=str(willow.otto.public_id)))
    assert "gave short access" in shown
    assert "Otto" in shown
    assert "Nell" not in shown


def test_a_day_is_the_practices_own(willow: Willow) -> None:
    """Half past eleven in the evening in New York is another day elsewhere."""
    late = NOON.replace(day=1, hour=23, minute=30)
    event(willow, "sign_in", willow.nell, at=late)
    assert "Nell" in table_of(page(willow, "omar", **{"from": "2026-11-01", "until": "2026-11-01"}))
    assert "Nell" not in table_of(page(willow, "omar", **{"from": "2026-11-02"}))
    assert "Nell" not in table_of(page(willow, "omar", until="2026-10-31"))


@pytest.mark.parametrize("value", ["0001-01-01", "9999-12-31", "soon", "2026-02-30", ""])
def test_any_day_is_taken(willow: Willow, value: str) -> None:
    page(willow, "omar", **{"from": value})
    page(willow, "omar", until=value)


def test_a_time_that_ends_before_it_begins_is_said(willow: Willow) -> None:
    answer = signed_in(willow.omar).post(reverse("trail"), {"since": "2026-11-02", "until": "2026-11-01"})
    assert "must not be before" in answer.content.decode()


def test_pages_leave_nothing_out_and_show_nothing_twice(willow: Willow) -> None:
    """Rows of one moment too."""
    for number in range(2 * PAGE + 7):
        event(willow, "sign_in", willow.nell, at=NOON - HOUR * (number // 3) - DAY)
    client, seen, url = signed_in(willow.omar), list[str](), f"{reverse('trail')}?person={willow.nell.public_id}"
    for _ in range(3):
        text = client.get(url).content.decode()
        seen.append(str(table_of(text).count("<tr")))
        if "Show earlier" in text:
            url = text.split("Show earlier")[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert seen == [str(PAGE), str(PAGE), "7"]


# --- What it says ----------------------------------------------------------------------------------------------------


def test_what_is_no_code_never_comes_on_the_page(willow: Willow) -> None:
    """Should a text ever have reached the trail."""
    secret = "Maya said that she is afraid"
    data = {
        "kind": secret, "role": secret, "fields": [secret, "fees"], "words": secret, "before": {"fees": secret},
        "after": {"fees": "y"}, "rows": secret, "address": secret,
    }  # fmt: skip
    for action in ("circle_changed", "refused", "practice_changed"):
        row = event(willow, action, willow.tom, child_id=willow.leo.pk, data=data)
        assert "afraid" not in detail(row)
    for who in ("omar", "ruth"):
        assert "afraid" not in page(willow, who)
        assert "afraid" not in str(export(willow, who))


def test_short_access_and_refusals_stand_out(willow: Willow) -> None:
    event(willow, "short_access_given", willow.ruth, child_id=willow.leo.pk, shown=[willow.otto.public_id])
    event(willow, "refused", willow.otto)
    event(willow, "sign_in", willow.nell)
    assert {"short_access_given", "refused", "sign_in_refused"} <= STANDS_OUT
    assert table_of(page(willow, "ruth")).count("stands-out") == 2


def test_whom_one_may_not_name_is_no_name(willow: Willow) -> None:
    stranger = people.person("Olga Operator")
    event(willow, "operator_changed", stranger)
    text = page(willow, "omar")
    assert "Olga" not in text
    assert "installation" in table_of(text)
    assert [row["person"] for row in export(willow, "omar", kind="operator_changed")] == [""]


def test_every_action_of_the_code_has_words() -> None:
    """Read from the code: what is recorded, is said."""
    found = {"release_refused", *ADMIN_ACTIONS}
    for file in [
        each for room in ("accounts", "sessions_log", "goals", "carebridge") for each in (ROOT / room).rglob("*.py")
    ]:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".record", ".record_each")):
                found |= {a.value for a in node.args[:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)}
            if isinstance(node, ast.keyword) and node.arg == "action" and isinstance(node.value, ast.Constant):
                found |= {str(node.value.value)} - {"store_true", "extend"}
    assert found - WORDS.keys() == set()
    assert WORDS.keys() >= ABOUT_ONE


# --- Looking is on it ------------------------------------------------------------------------------------------------


def test_looking_and_exporting_are_recorded_with_the_filter(willow: Willow) -> None:
    person = str(willow.nell.public_id)
    page(willow, "omar", person=person, kind="sign_in", **{"from": "2026-10-01"})
    looked = AuditEvent.objects.get(action="trail_read")
    assert looked.data == {"person": True, "child": False, "kind": "sign_in", "from": "2026-10-01"}
    assert (looked.person_id, looked.practice_id, looked.shown) == (
        willow.omar.pk,
        willow.practice.pk,
        [willow.nell.public_id],
    )
    event(willow, "sign_in", willow.nell)
    export(willow, "omar", person=person)
    exported = AuditEvent.objects.get(action="trail_exported")
    assert exported.data == {"person": True, "child": False, "rows": 2}  # that somebody looked for her is about her
    assert "looked at this trail" in table_of(page(willow, "ruth"))


def test_an_export_is_the_filtered_rows(willow: Willow) -> None:
    event(willow, "sign_in", willow.nell, at=NOON - DAY)
    event(willow, "sign_out", willow.nell, at=NOON - HOUR)
    event(willow, "sign_in", willow.otto)
    rows = export(willow, "omar", person=str(willow.nell.public_id))
    assert [(row["at"], row["person"], row["action"]) for row in rows] == [
        ("2026-11-02T11:00:00-05:00", "Nell", "sign_out"), ("2026-11-01T12:00:00-05:00", "Nell", "sign_in"),
    ]  # fmt: skip
    assert len(export(willow, "omar", kind="sign_in")) >= 3


@pytest.mark.parametrize("name", ["=1+1", "+44", "-2", "@SUM(A1)", "\t=1"])
def test_a_name_that_begins_as_a_formula_runs_nowhere(willow: Willow, name: str) -> None:
    odd = people.person("Odd")
    Person.objects.filter(pk=odd.pk).update(name=name)
    people.tie(odd, willow.leo, "helper")
    event(willow, "sign_in", odd)
    (row,) = [row for row in export(willow, "omar") if row["person"] not in {"Omar", ""}]
    assert row["person"] == f"'{name}"


def test_the_number_of_queries_does_not_grow(willow: Willow) -> None:
    from tests.guards.browsing import texts_of

    counts = set()
    for number in (1, 3, 30):
        for one in range(number):
            someone = people.person(f"Someone {number} {one}")
            people.tie(someone, willow.leo, "helper")
            event(willow, "sign_in", someone, child_id=willow.leo.pk)
            event(willow, "circle_changed", willow.tom, child_id=willow.leo.pk, shown=[someone.public_id])
        counts.add(len(texts_of(willow.omar, reverse("trail"))))
    assert len(counts) == 1
