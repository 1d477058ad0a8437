"""Updates from home: the family's own words, who they chose to share them with, and the team's answers."""

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import ChildItem
from accounts.visibility import (
    entered_in_error,
    in_place,
    leads,
    listed,
    mine,
    nobody,
    not_in_error,
    past,
    readable,
    reviewers,
    seen,
    told_of,
    unless_in_error,
)
from carebridge.lib.never_changes import never_changes
from sessions_log.enums import MarkKind, UpdateKind
from sessions_log.models.sessions import InError, Session


class Told(models.Model):
    """What a family tells of one occasion, and what it is: a win, a worry … `intensity` 0–10."""

    kind = models.CharField(max_length=12, choices=UpdateKind.choices)
    body = models.TextField()
    where = models.CharField(max_length=200, blank=True)
    antecedent = models.TextField(blank=True)
    behaviour = models.TextField(blank=True)
    consequence = models.TextField(blank=True)
    helped = models.TextField(blank=True)
    intensity = models.PositiveSmallIntegerField(null=True, blank=True)
    observed_at = models.DateTimeField()

    class Meta:
        abstract = True


WORDS = tuple(field.name for field in Told._meta.fields)


class HomeUpdate(ChildItem, Told):
    """What happened at home, as first posted. Later wordings are `UpdateEdit` rows of their own, and so is that it was taken
    out (`TakenOut`): its author reads the row in any case, and not of a mistake the practice found."""

    author = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField()
    form_key = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="update_form_once", fields=["author", "form_key"]),
            models.CheckConstraint(
                name="intensity_0_to_10", condition=Q(intensity__isnull=True) | Q(intensity__lte=10)
            ),
        ]
        indexes = [models.Index(fields=["child", "-posted_at", "-id"], name="update_stream")]
        triggers = [
            pgtrigger.Protect(
                name="update_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "author", "child", "kind", "body", "where", "antecedent", "behaviour", "consequence", "helped",
                    "intensity", "observed_at", "posted_at",
                ),
            )
        ]  # fmt: skip

    @classmethod
    def visible_to(cls) -> Q:
        """Row "Home update": its author (principle 11); team; each guardian it is shared with, while that stands. Once taken
        out: its author, who reviews it on the team, and leads if what they read there is what its author says now."""
        shared = Sharing.objects.filter(Sharing.standing_to_me(), update_id=OuterRef("pk"))
        own = in_place("own") & mine("author_id")
        team = in_place("team") & past("posted_at") & (reviewers("author_id") | ~listed("taken_out"))
        with_me = in_place("guardians") & ~listed("taken_out") & Q(Exists(shared))
        looked_after = leads() & past("posted_at") & listed("to_review")
        return own | team | with_me | looked_after

    @classmethod
    def insertable_by(cls) -> Q:
        """Anyone of the family or a helper, in their own name."""
        return in_place("own") & mine("author_id") & past("posted_at")

    @classmethod
    def changeable_by(cls) -> Q:
        """Its author, who holds it while putting it in other words (SELECT … FOR UPDATE asks this rule)."""
        return in_place("own") & mine("author_id")

    @classmethod
    def changed_into(cls) -> Q:
        """Nothing: it never changes."""
        return nobody()


def visible_update() -> Exists:
    """The update something hangs on is readable. The child is said for PostgreSQL, which would begin with every update the
    viewer may read."""
    of_child = HomeUpdate.objects.filter(readable(HomeUpdate), pk=OuterRef("update_id"), child_id=OuterRef("child_id"))
    return Exists(of_child)


def my_update() -> Exists:
    """The update is the viewer's own, about the same child."""
    return Exists(HomeUpdate.objects.filter(mine("author_id"), pk=OuterRef("update_id"), child_id=OuterRef("child_id")))


class TakenOut(ChildItem):
    """An update entered in error: by whom, when, why. Not a column of the update, whose author must not learn of it from the
    practice's side, quiet or not. One row per person: an author may take out what the practice has taken out already."""

    child = models.ForeignKey("accounts.Child", on_delete=models.PROTECT, related_name="+", db_index=False)
    update = models.ForeignKey(HomeUpdate, on_delete=models.PROTECT, related_name="taken_out")
    taken_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(name="taken_out_once", fields=["update", "taken_by"])]
        indexes = [models.Index(fields=["child"], include=["update"], name="taken_out_of_child")]
        triggers = [pgtrigger.Protect(name="taken_out_for_good", operation=pgtrigger.Update)]

    @classmethod
    def visible_to(cls) -> Q:
        """Principle 7: the team's supervisors, the leads, and who did it; the update's author only if they did it themselves."""
        mine_still = mine("taken_by_id") & (in_place("own") | in_place("team"))
        return past("taken_at") & (in_place("supervised") | leads() | mine_still)

    @classmethod
    def insertable_by(cls) -> Q:
        """In one's own name, with a reason, of an update one reads: its author, or whoever still reads it then."""
        read = HomeUpdate.objects.filter(
            readable(HomeUpdate),
            (in_place("own") & mine("author_id")) | reviewers("author_id"),
            pk=OuterRef("update_id"),
            child_id=OuterRef("child_id"),
        )
        return mine("taken_by_id") & past("taken_at") & ~Q(reason="") & Q(Exists(read))

    @classmethod
    def known_of(cls, update: str = "pk") -> Exists:
        """The viewer may know that the update was taken out."""
        return Exists(cls.objects.filter(readable(cls), update_id=OuterRef(update)))


class UpdateEdit(ChildItem, Told):
    """A later wording of an update, whole, with a moment of its own: a quiet reader keeps the words as they stood before."""

    update = models.ForeignKey(HomeUpdate, on_delete=models.PROTECT, related_name="edits")
    edited_at = models.DateTimeField()
    form_key = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="edit_form_once", fields=["update", "form_key"]),
            models.CheckConstraint(
                name="edited_intensity_0_to_10", condition=Q(intensity__isnull=True) | Q(intensity__lte=10)
            ),
        ]
        triggers = [pgtrigger.Protect(name="edit_never_changes", operation=pgtrigger.Update)]

    @classmethod
    def visible_to(cls) -> Q:
        """As the update, at the edit's own moment; what was reworded by the time it was shared, from the sharing on."""
        stood = Sharing.objects.filter(
            Sharing.standing_to_me(), update_id=OuterRef("update_id"), shared_at__gte=OuterRef("edited_at")
        )
        rule = (
            (in_place("team") & past("edited_at"))
            | (in_place("own") & Q(my_update()))
            | (in_place("guardians") & (seen("edited_at") | Q(Exists(stood))))
        )
        return rule & Q(visible_update())

    @classmethod
    def insertable_by(cls) -> Q:
        """Its author, while nobody of the team has marked or answered it, as far as the author may know: who is quiet must
        not learn from a refusal that the team has been at work (visibility.md, Quiet). A mark taken back counts: the author
        may have been told of it, and somebody has read these words (ADR 1, reading 20)."""
        answered = [
            Q(Exists(model.objects.filter(readable(model), update_id=OuterRef("update_id")))) for model in (Mark, Reply)
        ]
        own, gone = Q(my_update()), Q(TakenOut.known_of("update_id"))
        return in_place("own") & past("edited_at") & own & ~gone & ~answered[0] & ~answered[1]


class Sharing(ChildItem):
    """An update shown to another guardian by its author's choice, while it stands. `posted_at` is its update's: the rule cannot
    look the update up, whose own rule looks here."""

    update = models.ForeignKey(HomeUpdate, on_delete=models.PROTECT, related_name="sharings")
    shared_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField()
    shared_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_standing_sharing", fields=["update", "person"], condition=Q(withdrawn_at__isnull=True)
            )
        ]
        indexes = [models.Index(fields=["person", "child", "-shared_at"], name="shared_with_person")]
        triggers = [
            never_changes(
                "sharing_never_changes", "update_id", "shared_by_id", "person_id", "posted_at", "shared_at", "child_id"
            )
        ]

    @classmethod
    def standing_to_me(cls) -> Q:
        """Shared with the viewer, not withdrawn, posted and shared at moments they may read."""
        return mine("person_id") & Q(withdrawn_at__isnull=True) & seen("posted_at") & seen("shared_at")

    @classmethod
    def visible_to(cls) -> Q:
        """Team; the author who chose; the reader while it stands. Hidden with the update."""
        there = ~listed("taken_out", "update_id")
        moments = past("posted_at") & past("shared_at")
        return (
            (in_place("team") & moments & (reviewers("shared_by_id") | there))
            | (in_place("own") & mine("shared_by_id"))
            | (in_place("guardians") & cls.standing_to_me() & there)
        )

    @classmethod
    def insertable_by(cls) -> Q:
        """The update's author (a foreign key on the update, its author and moment holds that), with a guardian they are told
        of (principle 10)."""
        fresh = past("shared_at") & Q(withdrawn_at__isnull=True) & ~mine("person_id")
        return in_place("own") & mine("shared_by_id") & fresh & told_of()

    @classmethod
    def changeable_by(cls) -> Q:
        """The author, to withdraw it."""
        return in_place("own") & mine("shared_by_id")


class Reply(ChildItem, InError):
    """The team's answer to an update."""

    update = models.ForeignKey(HomeUpdate, on_delete=models.PROTECT, related_name="replies")
    author = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    body = models.TextField()
    posted_at = models.DateTimeField()
    form_key = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="reply_form_once", fields=["author", "form_key"])]

    @classmethod
    def visible_to(cls) -> Q:
        """Row "Reply to an update": team; the update's author, outside quiet times."""
        answered = in_place("own") & seen("posted_at") & Q(my_update())
        rule = unless_in_error(
            (in_place("team") & past("posted_at")) | answered, author="author_id", begun=past("posted_at")
        )
        return rule & Q(visible_update())

    @classmethod
    def insertable_by(cls) -> Q:
        """The team, in their own name, on an update they can read."""
        read = HomeUpdate.objects.filter(readable(HomeUpdate), pk=OuterRef("update_id"), child_id=OuterRef("child_id"))
        fresh = past("posted_at") & Q(error_at__isnull=True)
        return in_place("team") & mine("author_id") & fresh & Q(Exists(read))

    @classmethod
    def changeable_by(cls) -> Q:
        """Nothing but entered in error."""
        return not_in_error()

    @classmethod
    def changed_into(cls) -> Q:
        """Entered in error by the viewer."""
        return entered_in_error("author_id")


class Mark(ChildItem):
    """What the therapist did with an update: seen, used in a session, let's talk; or that they took that back.

    A mark never changes. That its maker took it back, and made it again, are rows after it (`turn`: even made, odd taken
    back), each with a moment of its own, and the last that a viewer may read says how it stands for them: an author keeps
    through their quiet time what stood before it, which a column of the mark would have told them.
    """

    update = models.ForeignKey(HomeUpdate, on_delete=models.PROTECT, related_name="marks")
    marked_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=4, choices=MarkKind.choices)
    session = models.ForeignKey(Session, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField()
    turn = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_mark_of_a_kind", fields=["update", "marked_by", "kind", "turn"])
        ]

    @property
    def taken_back(self) -> bool:
        """It says that the mark before it is taken back."""
        return self.turn % 2 == 1

    @classmethod
    def visible_to(cls) -> Q:
        """Row "marks": team; the update's author, outside quiet times."""
        answered = in_place("own") & seen("marked_at") & Q(my_update())
        return ((in_place("team") & past("marked_at")) | answered) & Q(visible_update())

    @classmethod
    def insertable_by(cls) -> Q:
        """The team, in their own name, on an update they can read."""
        read = HomeUpdate.objects.filter(readable(HomeUpdate), pk=OuterRef("update_id"), child_id=OuterRef("child_id"))
        return in_place("team") & mine("marked_by_id") & past("marked_at") & Q(Exists(read))
