"""The practice's policy: whom another age moves is shown first, then it holds at once, and the trail keeps the numbers."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuditEvent, Child, CircleRow, Practice, Renewal
from tests import people
from tests.harness import signed_in, viewing
from tests.people import LONG_AGO, NOON, Willow

FIELDS = {
    "assent_age": "12", "majority_age": "18", "guardian_access": "summaries_only", "notes_due_hours": "72", "policy_source": "",
    "policy_review_on": "",
}  # fmt: skip


def send(willow: Willow, who: str = "omar", *, confirm: bool = True, **values: str) -> Any:
    """Fill in the form as it is shown; say yes to what it shows, if it asks."""
    client, url = signed_in(willow.people[who]), reverse("policy")
    seen = client.get(url).content.decode().split('name="seen" value="')[1].split('"')[0]
    said = {**FIELDS, **values, "seen": seen}
    answer = client.post(url, said)
    if answer.status_code == 200 and confirm and 'name="confirmed"' in answer.content.decode():
        confirmed = answer.content.decode().split('name="confirmed" value="')[1].split('"')[0]
        return client.post(url, {**said, "confirmed": confirmed})
    return answer


def majority(willow: Willow) -> int:
    """As it stands."""
    willow.practice.refresh_from_db()
    return willow.practice.majority_age


def test_a_lower_age_of_majority_names_whom_it_shuts_out_then_does(willow: Willow) -> None:
    """Maya is 14: at a majority of 14 her parents' rows end; not Sue's (none), not her teacher's, not Leo's mother's."""
    page = send(willow, majority_age="14", confirm=False).content.decode()
    assert majority(willow) == 18
    lose = page.split("Lose their access")[1].split("</section>")[0]
    assert "Priya, as guardian of Maya" in lose
    assert "Dan, as guardian of Maya" in lose
    for other in ("Sue", "Karin", "Nell", "Leo"):
        assert other not in lose
    assert signed_in(willow.priya).get(reverse("child", args=[willow.maya.public_id])).status_code == 200
    assert send(willow, majority_age="14").status_code == 302
    assert majority(willow) == 14
    assert signed_in(willow.priya).get(reverse("child", args=[willow.maya.public_id])).status_code == 404
    assert signed_in(willow.nell).get(reverse("child", args=[willow.leo.public_id])).status_code == 200
    event = AuditEvent.objects.get(action="policy_changed")
    assert event.data == {"fields": ["majority_age"], "before": {"majority_age": 18}, "after": {"majority_age": 14}}


def test_a_renewed_row_loses_nothing(willow: Willow) -> None:
    row = CircleRow.objects.get(person=willow.dan, child=willow.maya)
    Renewal.objects.create(
        practice=willow.practice,
        child=willow.maya,
        circle_row=row,
        ground="g",
        renewed_by=willow.tom,
        renewed_at=LONG_AGO,
    )
    page = send(willow, majority_age="14", confirm=False).content.decode()
    assert "Priya, as guardian" in page
    assert "Dan, as guardian" not in page


def test_a_higher_age_names_who_comes_back(willow: Willow) -> None:
    Child.objects.filter(pk=willow.maya.pk).update(date_of_birth=date(2008, 5, 14))  # 18
    page = send(willow, majority_age="21", confirm=False).content.decode()
    gain = page.split("Have access again")[1].split("</section>")[0]
    assert "Priya, as guardian of Maya" in gain
    assert "Lose their access" not in page
    send(willow, majority_age="21")
    assert signed_in(willow.priya).get(reverse("child", args=[willow.maya.public_id])).status_code == 200


def test_the_age_of_assent_names_the_children_whose_wish_decides(willow: Willow) -> None:
    """Leo is 8, Maya 14."""
    page = send(willow, assent_age="8", confirm=False).content.decode()
    part = page.split("From now on the child")[1].split("</section>")[0]
    assert "Leo" in part
    assert "Maya" not in part
    page = send(willow, assent_age="15", confirm=False).content.decode()
    part = page.split("no longer enforced")[1].split("</section>")[0]
    assert "Maya" in part
    assert "Leo" not in part


def test_nobody_moved_is_said_too(willow: Willow) -> None:
    page = send(willow, assent_age="13", confirm=False).content.decode()
    assert "Nobody gains or loses anything" in page


def test_a_yes_is_to_what_was_shown(willow: Willow) -> None:
    """Meanwhile another child came: the page asks again."""
    client, url = signed_in(willow.omar), reverse("policy")
    seen = client.get(url).content.decode().split('name="seen" value="')[1].split('"')[0]
    said = {**FIELDS, "majority_age": "14", "seen": seen}
    confirmed = client.post(url, said).content.decode().split('name="confirmed" value="')[1].split('"')[0]
    other = people.child(willow.practice, "Noa", date(2011, 1, 1))
    people.tie(people.person("Nils"), other, "guardian", "full")
    again = client.post(url, {**said, "confirmed": confirmed})
    assert again.status_code == 200
    assert "Nils, as guardian of Noa" in again.content.decode()
    assert majority(willow) == 18
    other_age = client.post(url, {**said, "majority_age": "13", "confirmed": confirmed})
    assert other_age.status_code == 200
    assert majority(willow) == 18


def test_a_child_the_admin_is_family_of_is_not_listed(willow: Willow) -> None:
    """Omar becomes Maya's uncle: neither she nor her circle stand on the page, and it says why; the change holds for them too."""
    people.tie(willow.omar, willow.maya, "guardian", "none")
    page = send(willow, majority_age="14", confirm=False).content.decode()
    for hidden in ("Maya", "Priya", "Dan"):
        assert hidden not in page
    assert "family tie" in page


def test_values_without_an_age_are_saved_at_once(willow: Willow) -> None:
    answer = send(
        willow, confirm=False, guardian_access="signed_notes", notes_due_hours="48", policy_source="Our meeting of 3 March",
        policy_review_on="2027-03-01",
    )  # fmt: skip
    assert answer.status_code == 302
    event = AuditEvent.objects.get(action="policy_changed")
    assert event.data["after"] == {
        "guardian_access": "signed_notes", "notes_due_hours": 48, "policy_review_on": "2027-03-01"
    }  # fmt: skip
    assert "meeting" not in str(event.data)
    assert "policy_source" in event.data["fields"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("assent_age", "0"), ("assent_age", "19"), ("majority_age", "11"), ("majority_age", "31"), ("majority_age", "x"),
        ("guardian_access", "all"), ("notes_due_hours", "0"), ("policy_review_on", "soon"), ("policy_source", "x" * 2001),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(willow: Willow, field: str, value: str) -> None:
    assert send(willow, confirm=False, **{field: value}).status_code == 200
    assert not AuditEvent.objects.filter(action="policy_changed").exists()


def test_an_older_window_overwrites_nothing(willow: Willow) -> None:
    client, url = signed_in(willow.omar), reverse("policy")
    old = client.get(url).content.decode().split('name="seen" value="')[1].split('"')[0]
    send(willow, notes_due_hours="24")
    answer = client.post(url, {**FIELDS, "notes_due_hours": "96", "seen": old})
    assert answer.status_code == 409
    willow.practice.refresh_from_db()
    assert willow.practice.notes_due_hours == 24


def test_the_wall_lets_nobody_else_change_it(willow: Willow) -> None:
    """Not a lead, not a therapist, not an admin of another practice; and an admin never its reference."""
    for who in ("ruth", "tom", "priya", "stella"):
        with viewing(willow.people[who]):
            assert Practice.objects.filter(pk=willow.practice.pk).update(assent_age=1) == 0, who
    assert NOON  # frozen
