"""What a practice sets up for its sessions, and forms not sent yet."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import ChildItem, Practice
from accounts.visibility import Guarded, in_place, mine, past
from sessions_log.enums import ChoiceKind, DraftForm


class PracticeChoice(Guarded):
    """A word the practice added to those that can be tapped, or its own structure of a progress note.

    `group`: of techniques, the kind of therapy they belong to. `sections`: of a template, in order. Never deleted: notes
    keep the names they were written under; `retired_at` takes it off the pages.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=ChoiceKind.choices)
    group = models.CharField(max_length=10, blank=True)
    name = models.CharField(max_length=80)
    sections = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    added_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="choice_once", fields=["practice", "kind", "name"], condition=Q(retired_at__isnull=True)
            )
        ]

    @classmethod
    def visible_to(cls) -> Q:
        """Staff of the practice. It says nothing about any child."""
        return in_place("member", "practice_id") & past("added_at")

    @classmethod
    def insertable_by(cls) -> Q:
        """Staff of the practice, in their own name."""
        return in_place("member", "practice_id") & mine("added_by_id") & past("added_at") & Q(retired_at__isnull=True)

    @classmethod
    def changeable_by(cls) -> Q:
        """While it is on the pages."""
        return Q(retired_at__isnull=True)

    @classmethod
    def changed_into(cls) -> Q:
        """Taken off by staff of the practice, by now."""
        return in_place("member", "practice_id") & past("retired_at")


class FormDraft(ChildItem):
    """The unsent words of a form, kept for the person who typed them. `about`: the item the form is on, if any. Empty `data`:
    nothing waits. What becomes a row of its own with its first words (a note, a summary) needs none."""

    author = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    form = models.CharField(max_length=10, choices=DraftForm.choices)
    about = models.UUIDField(null=True, blank=True)
    data = models.JSONField(default=dict, blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_draft", fields=["author", "child", "form", "about"], nulls_distinct=False)
        ]

    @classmethod
    def visible_to(cls) -> Q:
        """As a note's draft: its author while on the team."""
        return in_place("team") & mine("author_id") & past("saved_at")

    @classmethod
    def insertable_by(cls) -> Q:
        """The team, in their own name."""
        return in_place("team") & mine("author_id") & past("saved_at")

    @classmethod
    def changeable_by(cls) -> Q:
        """Its author."""
        return in_place("team") & mine("author_id") & past("saved_at")
