""" "Who sees this, and why": one page for every kind of item, for the team; loaded into the item's own page where it can be."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts import audit
from accounts.access import about_child
from accounts.models import Child
from accounts.visibility import Guarded
from sessions_log.who_reads import KINDS, who_reads


@about_child("team")
def panel(request: HttpRequest, child: Child, item: UUID, kind: str) -> HttpResponse:
    """Each person in the circle, yes or no, and the deciding rule. Only of an item the viewer reads themselves."""
    model: type[Guarded] = KINDS[kind]
    found: Any = get_object_or_404(model.objects.visible(), pk=item, child=child)
    people = who_reads(child, found)
    audit.record("who_reads_read", child=child, shown=[found.pk], data={"kind": kind}, request=request)
    context = {
        "child": child,
        "item": found,
        "kind": kind,
        "circle": [who for who in people if who.circle],
        "practice": [who for who in people if not who.circle],
    }
    part = "sessions_log/who.html#answers" if getattr(request, "htmx", False) else "sessions_log/who.html"
    return render(request, part, context)
