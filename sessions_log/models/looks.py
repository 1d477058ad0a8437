"""When somebody last looked at a child's stream, so that a first page can say what is new since."""

from django.db import models
from django.db.models import Q

from accounts.models import ChildItem
from accounts.visibility import in_place, mine, past


class Look(ChildItem):
    """One person's last look at one child's stream. Nobody else's business: a parent is not watched."""

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    looked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="one_look", fields=["person", "child"])]

    @classmethod
    def visible_to(cls) -> Q:
        """One's own (principle 2: no row of the table opens it to anyone else)."""
        return (in_place("team") | in_place("own")) & mine("person_id") & past("looked_at")

    @classmethod
    def insertable_by(cls) -> Q:
        """Whoever may open the stream, in their own name."""
        return (in_place("team") | in_place("own")) & mine("person_id") & past("looked_at")

    @classmethod
    def changeable_by(cls) -> Q:
        """The next look."""
        return (in_place("team") | in_place("own")) & mine("person_id") & past("looked_at")
