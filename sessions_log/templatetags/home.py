"""How templates write what a family told, and who is writing."""

from django import template

from accounts.models import Person
from accounts.visibility import viewer
from sessions_log.enums import Place
from sessions_log.models.home import Told
from sessions_log.reads import Answers

register = template.Library()


@register.filter
def placed(where: str) -> str:
    """Where it happened: in the reader's language if it was tapped, else as it was written."""
    return {place.value: str(place.label) for place in Place}.get(where, where)


@register.simple_tag
def public_id() -> str:
    """The viewer's random id: what a browser keeps of someone's unsent words it keeps under that, for nobody else."""
    own = Person.objects.visible().filter(pk=viewer().person_id).values_list("public_id", flat=True)
    return str(own.first() or "")


@register.filter
def changed_after(words: Told, answers: Answers) -> bool:
    """The wording is a later one than the viewer's first mark."""
    since = answers.since
    return bool(since and getattr(words, "edited_at", since) > since)
