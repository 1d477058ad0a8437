"""Forms of the circle pages as a browser sends them: first looked at, then saved from the preview."""

import re
from html import unescape
from typing import Any
from uuid import uuid4

from django.urls import reverse

from accounts.models import Child, CircleRow, Person
from tests.harness import WallClient, signed_in

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')


def text_of(response: Any) -> str:
    """What the page says."""
    return unescape(response.content.decode())


def read(who: Person, name: str, *args: Any, query: str = "", status: int = 200) -> str:
    """A page as somebody finds it."""
    response: Any = signed_in(who).get(reverse(name, args=args) + query)
    assert response.status_code == status, response.status_code
    return text_of(response)


def filled(**given: Any) -> dict[str, Any]:
    """A form about a circle, with a key of its own."""
    return {"when": "now", "day": "", "evidence": "", "form_key": str(uuid4()), **given}


def hidden_in(page: str) -> dict[str, Any]:
    """What the preview's form would send."""
    sent: dict[str, Any] = {}
    for name, value in HIDDEN.findall(page):
        if name in sent:
            sent[name] = [*(sent[name] if isinstance(sent[name], list) else [sent[name]]), value]
        else:
            sent[name] = value
    sent.pop("csrfmiddlewaretoken", None)
    return sent


def look(client: WallClient, url: str, data: dict[str, Any]) -> str:
    """The preview (or the form with its mistakes)."""
    response: Any = client.post(url, {**data, "step": "look"})
    assert response.status_code == 200, response.status_code
    return text_of(response)


def save(client: WallClient, url: str, data: dict[str, Any], status: int = 302) -> str:
    """Look, then save what the preview holds. Returns the preview."""
    preview = look(client, url, data)
    response: Any = client.post(url, {**hidden_in(preview), "step": "save"})
    assert response.status_code == status, text_of(response)
    return preview


def add_url(child: Child) -> str:
    """Where somebody is tied to the child."""
    return reverse("circle_add", args=[child.public_id])


def guardian(**given: Any) -> dict[str, Any]:
    """A new guardian, fully known."""
    values = {
        "role": "guardian", "whom": "new", "name": "Gwen Hale", "email": "gwen@example.org", "phone": "",
        "authority": "full", "relationship": "step-mother", "household": "maple", "invite": "on",
    }  # fmt: skip
    return filled(**{**values, **given})


def row_url(name: str, row: CircleRow) -> str:
    """A page about one row."""
    return reverse(name, args=[Child.objects.get(pk=row.child_id).public_id, row.pk])


def row_of(child: Child, person: Person, **more: Any) -> CircleRow:
    """The person's one row that goes on."""
    found: CircleRow = CircleRow.objects.get(child=child, person=person, ends=None, **more)
    return found
