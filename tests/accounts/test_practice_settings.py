"""The practice's details: who changes them, what the trail keeps, who reads them, and two windows at once."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AuditEvent, Child, Practice, StaffProfile
from tests import people
from tests.harness import signed_in
from tests.people import DAY, NOON, Willow

FIELDS = {
    "name": "Practice willow", "time_zone": "America/New_York", "language": "en", "reply_within_hours": "48", "reply_hours": "",
    "crisis_text": "", "fees": "", "how_to_ask": "", "handbook": "",
}  # fmt: skip


def seen(willow: Willow, page: str = "details") -> str:
    """The version the form carries."""
    text = signed_in(willow.omar).get(reverse(page)).content.decode()
    return text.split('name="seen" value="')[1].split('"')[0]


def test_an_admin_changes_what_families_read(willow: Willow) -> None:
    said = {**FIELDS, "crisis_text": "Call 988", "fees": "90 a session", "reply_hours": "Mondays", "seen": seen(willow)}
    answer = signed_in(willow.omar).post(reverse("details"), said)
    assert answer.status_code == 302
    willow.practice.refresh_from_db()
    assert (willow.practice.crisis_text, willow.practice.fees) == ("Call 988", "90 a session")
    event = AuditEvent.objects.get(action="practice_changed")
    assert event.data == {"fields": ["reply_hours", "crisis_text", "fees"]}
    assert event.practice_id == willow.practice.pk
    page = signed_in(willow.priya).get(reverse("about_practice", args=[willow.practice.public_id])).content.decode()
    assert page.index("Call 988") < page.index("Within 48 hours") < page.index("90 a session")


def test_nothing_different_is_no_change(willow: Willow) -> None:
    assert signed_in(willow.omar).post(reverse("details"), {**FIELDS, "seen": seen(willow)}).status_code == 302
    assert not AuditEvent.objects.filter(action="practice_changed").exists()


def test_an_older_window_overwrites_nothing(willow: Willow) -> None:
    """Refused with both texts; saved again over what was shown, it stands."""
    old, client = seen(willow), signed_in(willow.omar)
    client.post(reverse("details"), {**FIELDS, "fees": "first", "seen": old})
    answer = client.post(reverse("details"), {**FIELDS, "fees": "second", "seen": old})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "first" in page
    assert "second" in page
    willow.practice.refresh_from_db()
    assert willow.practice.fees == "first"
    fresh = page.split('name="seen" value="')[1].split('"')[0]
    assert client.post(reverse("details"), {**FIELDS, "fees": "second", "seen": fresh}).status_code == 302
    willow.practice.refresh_from_db()
    assert willow.practice.fees == "second"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("time_zone", "Mars/Olympus"), ("time_zone", "Europe"), ("time_zone", "a\u0000b"), ("language", "xx"),
        ("reply_within_hours", "0"), ("reply_within_hours", "721"), ("fees", "x" * 20_001), ("crisis_text", "a\u202eb"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_lost(willow: Willow, field: str, value: str) -> None:
    answer = signed_in(willow.omar).post(
        reverse("details"), {**FIELDS, "handbook": "a long text", "seen": seen(willow), field: value}
    )
    assert answer.status_code == 200
    assert "a long text" in answer.content.decode()
    willow.practice.refresh_from_db()
    assert willow.practice.handbook == ""


def test_a_city_as_people_write_it_is_found(willow: Willow) -> None:
    client = signed_in(willow.omar)
    page = client.post(
        reverse("details"), {**FIELDS, "time_zone": "los angeles", "seen": seen(willow)}
    ).content.decode()
    assert "America/Los_Angeles" in page


def test_another_zone_says_first_that_days_begin_elsewhere(willow: Willow) -> None:
    """At noon in New York, on the eve of her majority, it is her birthday in Auckland already: her parents lose access."""
    Child.objects.filter(pk=willow.maya.pk).update(date_of_birth=date(2008, 11, 3))
    noon_there = {**FIELDS, "time_zone": "Pacific/Auckland", "seen": seen(willow)}
    client = signed_in(willow.omar)
    first = client.post(reverse("details"), noon_there)
    page = first.content.decode()
    assert first.status_code == 200
    assert "days begin at another moment" in page
    assert "Priya, as guardian of Maya" in page
    assert "Sue" not in page  # authority none loses nothing
    willow.practice.refresh_from_db()
    assert willow.practice.time_zone == "America/New_York"
    confirmed = page.split('name="confirmed" value="')[1].split('"')[0]
    assert client.post(reverse("details"), {**noon_there, "confirmed": confirmed}).status_code == 302
    willow.practice.refresh_from_db()
    assert willow.practice.time_zone == "Pacific/Auckland"
    assert signed_in(willow.priya).get(reverse("child", args=[willow.maya.public_id])).status_code == 404


def test_only_admins_open_the_settings(willow: Willow) -> None:
    for name in ("practice", "details", "policy"):
        for who in ("tom", "ruth", "ines", "priya", "maya_login", "karin", "sue"):
            assert signed_in(willow.people[who]).get(reverse(name)).status_code == 404, (name, who)
            assert signed_in(willow.people[who]).post(reverse(name), FIELDS).status_code in {404, 405}, (name, who)
        assert signed_in(willow.omar).get(reverse(name)).status_code == 200


def test_an_admin_of_two_practices_says_which(willow: Willow) -> None:
    alder = Practice.objects.get(ref="alder")
    people.employ(willow.omar, alder, "admin")
    client = signed_in(willow.omar)
    page = client.get(f"{reverse('details')}?practice={willow.practice.public_id}").content.decode()
    assert 'value="Practice willow"' in page
    assert client.get(f"{reverse('details')}?practice={people.practice('third').public_id}").status_code == 404
    assert client.get(f"{reverse('details')}?practice=x").status_code == 404


# --- The page about the practice -------------------------------------------------------------------------------------


def test_everyone_with_a_place_reads_about_the_practice_and_nobody_else(willow: Willow) -> None:
    address = reverse("about_practice", args=[willow.practice.public_id])
    for who in ("priya", "dan", "maya_login", "karin", "nell", "joy", "tom", "omar", "ruth"):
        assert signed_in(willow.people[who]).get(address).status_code == 200, who
        assert signed_in(willow.people[who]).get(reverse("my_practices"))["Location"] == address
    for who in ("stella", "sue_only"):
        person = willow.people.get(who) or people.person("Nobody Here")
        assert signed_in(person).get(address).status_code == 404, who


def test_it_names_the_therapists_of_ones_own_child_alone(willow: Willow) -> None:
    hugo = people.person("Hugo")
    people.employ(hugo, willow.practice, "therapist")
    people.tie(hugo, willow.leo, "therapist")
    StaffProfile.objects.create(practice=willow.practice, person=willow.tom, body="I play.")
    address = reverse("about_practice", args=[willow.practice.public_id])
    page = signed_in(willow.priya).get(address).content.decode()
    assert reverse("profile", args=[willow.tom.public_id]) in page
    assert "Hugo" not in page
    assert "Leo" not in page
    theirs = signed_in(willow.nell).get(address).content.decode()
    assert "Hugo" in theirs
    assert reverse("profile", args=[hugo.public_id]) not in theirs  # has written nothing


def test_family_pages_lead_to_it(willow: Willow) -> None:
    client = signed_in(willow.priya)
    address = reverse("about_practice", args=[willow.practice.public_id])
    assert address in client.get(reverse("child", args=[willow.maya.public_id])).content.decode()
    assert client.get("/").content.decode().count(reverse("my_practices")) == 2  # the page and its foot
    assert reverse("my_practices") not in signed_in(willow.tom).get("/").content.decode()


# --- The first page --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "shown"), [(-1, True), (0, True), (30, True), (31, False)])
def test_a_policy_to_look_at_again_stands_on_the_first_page(willow: Willow, days: int, shown: bool) -> None:
    Practice.objects.filter(pk=willow.practice.pk).update(policy_review_on=(NOON + days * DAY).date())
    for who in ("omar", "ruth"):
        page = signed_in(willow.people[who]).get("/").content.decode()
        assert ("The policy of Practice willow" in page) is shown, who
    assert "The policy of" not in signed_in(willow.tom).get("/").content.decode()
    assert "The policy of" not in signed_in(willow.priya).get("/").content.decode()
