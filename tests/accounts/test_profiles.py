"""A therapist's page: their own words and picture; read by colleagues and the families of children they treat or treated."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse
from PIL import Image

from accounts.models import AuditEvent, CircleRow, StaffPhoto, StaffProfile, Supervision
from tests import people
from tests.harness import signed_in, viewing
from tests.people import DAY, NOON, Willow

FAMILY = ("priya", "dan", "maya_login", "karin", "nell", "joy")
STAFF = ("tom", "ines", "ruth", "omar", "otto", "sue")


def picture(kind: str = "JPEG", size: tuple[int, int] = (900, 600), **more: Any) -> SimpleUploadedFile:
    """A picture with a word in its metadata."""
    made, written = Image.new("RGB", size, "teal"), io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "at home, 12 Elm Street"
    made.save(written, kind, exif=exif, **more)
    return SimpleUploadedFile("me.jpg", written.getvalue(), content_type="image/jpeg")


def write(willow: Willow, who: str = "tom", **values: str) -> Any:
    """The form as it is shown, filled in."""
    client, url = signed_in(willow.people[who]), reverse("my_profile")
    seen = client.get(url).content.decode().split('name="seen" value="')[1].split('"')[0]
    return client.post(url, {"body": "I play.", "training": "Leeds 2009", "seen": seen, **values})


def test_a_therapist_writes_and_the_family_reads(willow: Willow) -> None:
    assert write(willow).status_code == 302
    event = AuditEvent.objects.get(action="profile_changed")
    assert (event.person_id, event.data) == (willow.tom.pk, {"fields": ["body", "training"]})
    address = reverse("profile", args=[willow.tom.public_id])
    for who in (*FAMILY, *STAFF):
        page = signed_in(willow.people[who]).get(address)
        assert page.status_code == 200, who
        assert "Leeds 2009" in page.content.decode()
    assert signed_in(willow.stella).get(address).status_code == 404
    assert signed_in(people.person("Nobody Here")).get(address).status_code == 404
    assert address in signed_in(willow.priya).get(reverse("child", args=[willow.maya.public_id])).content.decode()


def test_families_read_nothing_of_who_never_treated_their_child(willow: Willow) -> None:
    write(willow, "otto")
    address = reverse("profile", args=[willow.otto.public_id])
    for who in FAMILY:
        assert signed_in(willow.people[who]).get(address).status_code == 404, who
    row = people.tie(willow.otto, willow.leo, "therapist", starts=NOON - DAY)
    assert signed_in(willow.nell).get(address).status_code == 200
    assert signed_in(willow.priya).get(address).status_code == 404
    CircleRow.objects.filter(pk=row.pk).update(ends=NOON)  # "is or was"
    assert signed_in(willow.nell).get(address).status_code == 200


def test_nobody_has_a_page_who_has_written_none(willow: Willow) -> None:
    assert signed_in(willow.priya).get(reverse("profile", args=[willow.tom.public_id])).status_code == 404
    assert signed_in(willow.priya).get(reverse("profile", args=[willow.dan.public_id])).status_code == 404


def test_the_page_is_ones_own(willow: Willow) -> None:
    for who in FAMILY:
        assert signed_in(willow.people[who]).get(reverse("my_profile")).status_code == 404, who
        assert signed_in(willow.people[who]).post(reverse("my_photo"), {"photo": picture()}).status_code == 404, who
    write(willow)
    with viewing(willow.ines):
        assert StaffProfile.objects.filter(person=willow.tom).update(body="x") == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            StaffPhoto.objects.create(practice=willow.practice, person=willow.tom, picture=b"x")


def test_an_older_window_overwrites_nothing(willow: Willow) -> None:
    old = (
        signed_in(willow.tom).get(reverse("my_profile")).content.decode().split('name="seen" value="')[1].split('"')[0]
    )
    write(willow, body="first")
    answer = write(willow, body="second", seen=old)
    assert answer.status_code == 409
    assert "first" in answer.content.decode()
    assert StaffProfile.objects.get().body == "first"


# --- Who supervises --------------------------------------------------------------------------------------------------


def supervised_by(willow: Willow, who: str) -> str:
    """What the page says of it."""
    page = signed_in(willow.people[who]).get(reverse("profile", args=[willow.tom.public_id])).content.decode()
    return page.split("Supervised by")[1].split(":")[0] if "Supervised by" in page else ""


def test_the_family_learns_who_supervises_and_never_that_an_aunt_does(willow: Willow) -> None:
    """Ines and Sue supervise Tom; Sue is Maya's aunt, and so on nobody's team for Maya. Leo's family knows both."""
    write(willow)
    assert "Ines" in supervised_by(willow, "priya")
    assert "Sue" not in supervised_by(willow, "priya")
    assert "Sue" in supervised_by(willow, "nell")
    assert "Sue" in supervised_by(willow, "otto")


def test_an_aunt_in_ones_own_household_is_not_named_as_supervisor_either(willow: Willow) -> None:
    CircleRow.objects.filter(person=willow.sue).update(household="maple", authority="informed")
    write(willow)
    assert "Sue" not in supervised_by(willow, "priya")


def test_supervision_that_ended_is_not_told(willow: Willow) -> None:
    write(willow)
    Supervision.objects.filter(supervisor=willow.ines).update(ends=NOON)
    assert supervised_by(willow, "priya") == ""


def test_a_former_therapists_supervisors_are_not_told(willow: Willow) -> None:
    write(willow)
    CircleRow.objects.filter(person=willow.tom, child=willow.maya).update(ends=NOON)
    assert supervised_by(willow, "priya") == ""


def test_families_read_no_supervision_row(willow: Willow) -> None:
    with viewing(willow.priya):
        assert not Supervision.objects.exists()


# --- The picture -----------------------------------------------------------------------------------------------------


def put(willow: Willow, file: Any, who: str = "tom") -> Any:
    """Upload it."""
    return signed_in(willow.people[who]).post(reverse("my_photo"), {"photo": file})


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_kept_small_and_without_what_came_with_it(willow: Willow, kind: str) -> None:
    write(willow)
    assert put(willow, picture(kind)).status_code == 302
    answer = signed_in(willow.priya).get(reverse("profile_photo", args=[willow.tom.public_id]))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert b"Elm Street" not in answer.content
    shown = Image.open(io.BytesIO(answer.content))
    assert (shown.format, shown.size, dict(shown.getexif())) == ("JPEG", (480, 480), {})
    assert len(answer.content) < 60_000
    assert bytes(StaffPhoto.objects.get().picture) == answer.content


def test_who_reads_the_page_sees_the_picture_and_nobody_else(willow: Willow) -> None:
    put(willow, picture())
    address = reverse("profile_photo", args=[willow.tom.public_id])
    for who in (*FAMILY, *STAFF):
        assert signed_in(willow.people[who]).get(address).status_code == 200, who
    assert signed_in(willow.stella).get(address).status_code == 404
    put(willow, picture(), "otto")
    assert signed_in(willow.priya).get(reverse("profile_photo", args=[willow.otto.public_id])).status_code == 404


def test_it_is_taken_away_at_once(willow: Willow) -> None:
    write(willow)
    put(willow, picture())
    assert signed_in(willow.tom).post(reverse("my_photo"), {"remove": "1"}).status_code == 302
    assert bytes(StaffPhoto.objects.get().picture) == b""
    assert signed_in(willow.priya).get(reverse("profile_photo", args=[willow.tom.public_id])).status_code == 404
    page = signed_in(willow.priya).get(reverse("profile", args=[willow.tom.public_id])).content.decode()
    assert "/photo/" not in page
    fields = [
        event.data["fields"] for event in AuditEvent.objects.filter(action="profile_changed").order_by("at", "id")
    ]
    assert fields.count(["photo"]) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, b"GIF89a" + b"\x00" * 100, b"<svg xmlns='x'></svg>",
        b"\xff\xd8\xff\xe0" + b"\x00" * 500,
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused_plainly(willow: Willow, content: bytes) -> None:
    answer = put(willow, SimpleUploadedFile("me.jpg", content, content_type="image/jpeg"))
    assert answer.status_code == 200
    assert "no picture we can read" in answer.content.decode()
    assert not StaffPhoto.objects.exists()


def test_a_picture_that_unfolds_without_end_is_refused(willow: Willow) -> None:
    """Some kilobytes of one colour, 64 million pixels."""
    answer = put(willow, picture("PNG", (8000, 8000)))
    assert "too large" in answer.content.decode()
    assert not StaffPhoto.objects.exists()


def test_a_broken_half_of_a_picture_is_refused(willow: Willow) -> None:
    whole = picture().read()
    answer = put(willow, SimpleUploadedFile("me.jpg", whole[: len(whole) // 2], content_type="image/jpeg"))
    assert answer.status_code == 200
    assert not StaffPhoto.objects.exists()
