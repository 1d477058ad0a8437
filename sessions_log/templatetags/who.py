"""Where an item's page offers "Who sees this, and why"."""

from typing import Any
from uuid import UUID

from django import template
from django.urls import reverse

from accounts.models import Child
from accounts.visibility import viewer

register = template.Library()


@register.inclusion_tag("components/who_panel.html")
def who_panel(child: Child, kind: str, item: UUID) -> dict[str, Any]:
    """For the team alone; nothing for anyone else, who would find nothing at its address."""
    team = viewer().stands_in("team", child.pk)
    return {"address": reverse(f"who_{kind}", args=[child.public_id, item]) if team else ""}
