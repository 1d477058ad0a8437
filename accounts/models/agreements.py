"""What a child's sharing agreement opens, from when, who signed it, and to whom the limits were explained."""

from django.db import models
from django.db.models import Q

from accounts.enums import RecordAccess
from accounts.models.circle import ChildItem
from accounts.visibility import in_place, mine, past, seen


class Agreement(ChildItem):
    """In force from its date until the child's next one. Opening the record is never retroactive."""

    guardian_access = models.CharField(max_length=20, choices=RecordAccess.choices)
    young_person_access = models.CharField(
        max_length=20, choices=RecordAccess.choices, default=RecordAccess.SUMMARIES_ONLY
    )
    in_force_from = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="one_agreement_at_a_time", fields=["child", "in_force_from"])]

    @classmethod
    def visible_to(cls) -> Q:
        """Row "Sharing agreement's terms": team; everyone asked to sign (guardians full, the young person)."""
        return past("in_force_from") & (in_place("team") | (in_place("signers") & seen("in_force_from")))


class Signature(ChildItem):
    """One person's yes to one agreement."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT)
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="sign_once", fields=["agreement", "person"])]

    @classmethod
    def visible_to(cls) -> Q:
        """Team; one's own."""
        return past("signed_at") & (in_place("team") | (in_place("own") & mine("person_id")))


class Explanation(ChildItem):
    """The limits of confidentiality, explained to a person by someone. A release to a guardian needs one."""

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    explained_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    explained_at = models.DateTimeField()

    @classmethod
    def visible_to(cls) -> Q:
        """Team; one's own, outside quiet times."""
        return in_place("team") & past("explained_at") | (in_place("own") & mine("person_id") & seen("explained_at"))

    @classmethod
    def insertable_by(cls) -> Q:
        """The child's therapists, who explained them, at a moment that has come."""
        return in_place("therapist") & mine("explained_by_id") & past("explained_at")
