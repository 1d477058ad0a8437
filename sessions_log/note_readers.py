"""Who will read a note once it is signed, found by signing it, asking the rule in each one's place, and taking it back."""

from collections.abc import Callable

from django.db import transaction
from django.db.models import Q

from accounts.enums import CircleRole
from accounts.models import Child, CircleRow, Person, Supervision
from accounts.visibility import acting_as, viewer
from sessions_log.models import ProgressNote

MOST = 100  # people of one circle


def readers_once(child: Child, signing: Callable[[], ProgressNote]) -> list[str]:
    """Names of the child's circle and its therapists' supervisors who read the note that `signing` signs; nothing of it
    stays. For the team."""
    with transaction.atomic():
        note = signing()
        names = [person.name for person in people_around(child) if can_read(person, note)]
        transaction.set_rollback(True)
    return names


def can_read(person: Person, note: ProgressNote) -> bool:
    """Asked of the rule itself."""
    with acting_as(person.pk, viewer().moment):
        return bool(ProgressNote.objects.visible().filter(pk=note.pk).exists())


def people_around(child: Child) -> list[Person]:
    """Everyone with a circle row for the child, and its therapists' supervisors, by name."""
    moment = viewer().moment
    going_on = Q(starts__lte=moment) & (Q(ends__isnull=True) | Q(ends__gt=moment))
    rows = list(CircleRow.objects.visible().filter(going_on, child=child).values_list("person_id", "role")[:MOST])
    therapists = [number for number, role in rows if role == CircleRole.THERAPIST]
    supervisors = Supervision.objects.visible().filter(going_on, practice=child.practice_id, therapist__in=therapists)
    numbers = {number for number, _role in rows} | set(supervisors.values_list("supervisor_id", flat=True))
    return list(Person.objects.visible().filter(pk__in=numbers).order_by("name", "pk"))
