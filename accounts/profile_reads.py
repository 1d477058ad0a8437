"""Look-ups about therapists as the families of their children, and colleagues, may know them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from accounts.definers import supervisors_told
from accounts.enums import CircleRole
from accounts.models import Child, CircleRow, Practice, StaffPhoto, StaffProfile, Supervision
from accounts.models.people import names_of
from accounts.visibility import viewer


def profiles_of(people: Iterable[int], practices: Iterable[int]) -> dict[int, UUID]:
    """Of these people, whoever has a profile the viewer may read, with the id its address has."""
    found = StaffProfile.objects.visible().filter(person__in=sorted(set(people)), practice__in=sorted(set(practices)))
    return dict(found.values_list("person_id", "person__public_id"))


@dataclass(frozen=True)
class Therapist:
    """A child's therapist by name. `profile`: the id of their page, if there is one to read."""

    name: str
    profile: UUID | None


def therapists_by_child(children: Sequence[Child]) -> dict[int, list[Therapist]]:
    """The therapists of each child at this moment, the longest there first; whoever the viewer may not name is left out."""
    moment = viewer().moment
    rows = CircleRow.objects.visible().filter(
        Q(ends__isnull=True) | Q(ends__gt=moment), child__in=children, role=CircleRole.THERAPIST, starts__lte=moment
    )
    pairs = list(rows.order_by("starts", "pk").values_list("child_id", "person_id"))
    people = {person for _child, person in pairs}
    names, pages = names_of(people), profiles_of(people, {child.practice_id for child in children})
    found: dict[int, list[Therapist]] = defaultdict(list)
    for child, person in pairs:
        if person in names:
            found[child].append(Therapist(names[person], pages.get(person)))
    return dict(found)


def supervisors_of(profile: StaffProfile) -> list[str]:
    """Who supervises the therapist at present: to colleagues every supervision row says it; families learn those whom they know
    as supervisors of their own child's team."""
    me = viewer()
    if not me.stands_in("member", profile.practice_id):
        return sorted(names_of(supervisors_told(profile.person_id)).values())
    rows = Supervision.objects.visible().filter(
        Q(ends__isnull=True) | Q(ends__gt=me.moment), practice=profile.practice_id, therapist=profile.person_id,
        starts__lte=me.moment,
    )  # fmt: skip
    return sorted(names_of(rows.values_list("supervisor_id", flat=True)).values())


def picture_of(person: UUID, practice: str = "") -> bytes:
    """The therapist's photo, in the practice with this id or in any; nothing where there is none the viewer may see."""
    found = StaffPhoto.objects.visible().filter(person__public_id=person).exclude(picture=b"")
    shown = found.order_by("practice__name", "pk").values_list("practice__public_id", "picture")
    return next((bytes(picture) for where, picture in shown if practice in ("", str(where))), b"")


def has_picture(person: UUID, practice: Practice) -> bool:
    """Whether there is a photo to show."""
    found = StaffPhoto.objects.visible().filter(person__public_id=person, practice=practice)
    return bool(found.exclude(picture=b"").exists())
