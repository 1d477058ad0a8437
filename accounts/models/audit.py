"""What was read, released, refused and changed. Append-only: no update or delete grant, and a trigger besides."""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.visibility import Guarded, admins, in_place, leads, mine, no_viewer

# What an admin may read of the trail: accounts, circle, sign-ins, exports. Nothing clinical is ever in this list.
ADMIN_ACTIONS = [
    "sign_in",
    "sign_in_refused",
    "sign_out",
    "password_changed",
    "circle_read",
    "people_read",
    "denied_admin",
    "move_in_uploaded",
    "move_in_read",
    "move_in_started",
    "move_in_batch",
    "move_in_finished",
    "move_in_discarded",
    "bundle_exported",
    "invited",
    "invitation_sent_again",
    "invitation_revoked",
    "joined",
    "people_invited",
    "person_deactivated",
    "person_reactivated",
    "role_added",
    "role_ended",
    "supervision_added",
    "supervision_ended",
    "sessions_ended",
    "factor_added",
    "factor_removed",
    "factor_reset_asked",
    "factor_reset",
    "address_change_asked",
    "address_changed",
    "practice_changed",
    "policy_changed",
    "profile_changed",
    "child_added",
    "child_changed",
    "circle_changed",
    "handed_over",
    "short_access_given",
    "change_taken_back",
    "row_reviewed",
    "consent_recorded",
    "consent_withdrawn",
    "limits_explained",
    "trail_read",
    "trail_exported",
    "operator_read",
    "operator_changed",
]


class AuditEvent(Guarded):
    """One row per act. Numbers and random ids only, no foreign keys, never content.

    `shown`: the random ids on the page or touched by the act. `data`: codes and booleans of a change, before and after.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(default=timezone.now)
    person_id = models.BigIntegerField(null=True)
    practice_id = models.BigIntegerField(null=True)
    child_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=40)
    shown = ArrayField(models.UUIDField(), default=list)
    data = models.JSONField(default=dict)
    request_id = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["practice_id", "-at"], name="audit_of_practice"),
            models.Index(fields=["child_id", "-at"], name="audit_of_child"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="never_emptied",
                operation=pgtrigger.Truncate,
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                func="RAISE EXCEPTION 'the audit trail is append-only';",
            ),
        ]

    @classmethod
    def visible_to(cls) -> Q:
        """Row "Audit": leads all of it, admins accounts, circle, sign-ins, exports; never about a child they are family of, nor
        what others of that child's circle do (`barred_people`: when someone signs in, which address was refused to them)."""
        stranger = Q(person_id__isnull=True) | mine("person_id") | ~in_place("barred_people", "person_id")
        childless = Q(child_id__isnull=True) & stranger
        lead = in_place("lead", "practice_id") & childless | leads()
        admin = in_place("admin", "practice_id") & childless | admins()
        return lead | (admin & Q(action__in=ADMIN_ACTIONS))

    @classmethod
    def insertable_by(cls) -> Q:
        """Everyone writes their own acts, and cannot read them back."""
        return mine("person_id") | (Q(person_id__isnull=True) & no_viewer())
