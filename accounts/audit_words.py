"""Every act on the trail in plain words, as the rest of a sentence that begins with a name, and the kinds they come in.

No action without words: a test reads the code for names (tests/accounts/test_trail_pages.py).
"""

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Authority, CircleChangeKind, CircleRole, InvitationKind, RecordAccess, StaffRole
from accounts.models import AuditEvent

type Told = dict[str, Any]

SIGN_IN: Told = {
    "sign_in": gettext_lazy("signed in"),
    "sign_in_refused": gettext_lazy("was refused at sign-in"),
    "sign_out": gettext_lazy("signed out"),
    "password_changed": gettext_lazy("changed their password"),
    "sessions_ended": gettext_lazy("ended the browser sessions of somebody"),
    "factor_added": gettext_lazy("set up a second factor"),
    "factor_removed": gettext_lazy("took off a second factor"),
    "factor_reset_asked": gettext_lazy("asked for somebody's second factor to be taken off"),
    "factor_reset": gettext_lazy("had their second factor taken off"),
    "address_change_asked": gettext_lazy("asked for another address to sign in by"),
    "address_changed": gettext_lazy("signs in by another address now"),
}
PEOPLE: Told = {
    "notices_read": gettext_lazy("read their notices"),
    "people_read": gettext_lazy("looked at the people of the practice"),
    "invited": gettext_lazy("invited somebody"),
    "invitation_sent_again": gettext_lazy("sent an invitation again"),
    "invitation_revoked": gettext_lazy("took an invitation back"),
    "people_invited": gettext_lazy("invited several people from a table"),
    "joined": gettext_lazy("accepted an invitation"),
    "person_deactivated": gettext_lazy("ended somebody's access to the practice"),
    "person_reactivated": gettext_lazy("opened somebody's access to the practice again"),
    "role_added": gettext_lazy("gave somebody a role"),
    "role_ended": gettext_lazy("ended somebody's role"),
    "supervision_added": gettext_lazy("set who supervises whom"),
    "supervision_ended": gettext_lazy("ended a supervision"),
    "profile_changed": gettext_lazy("changed their own profile"),
    "profile_read": gettext_lazy("looked at a therapist's profile"),
}
CIRCLES: Told = {
    "circle_read": gettext_lazy("looked at children's circles"),
    "child_added": gettext_lazy("added a child"),
    "child_changed": gettext_lazy("changed a child's card"),
    "circle_changed": gettext_lazy("changed a circle"),
    "handed_over": gettext_lazy("handed a child over"),
    "short_access_given": gettext_lazy("gave short access in an emergency"),
    "change_taken_back": gettext_lazy("took a planned change back"),
    "row_reviewed": gettext_lazy("looked at a guardian's place again"),
    "consent_recorded": gettext_lazy("wrote down a consent for a helper"),
    "consent_withdrawn": gettext_lazy("withdrew a consent for a helper"),
    "limits_explained": gettext_lazy("explained the limits of confidentiality"),
}
PRACTICE: Told = {
    "practice_read": gettext_lazy("looked at the practice's settings"),
    "practice_page_read": gettext_lazy("looked at the page about the practice"),
    "practice_changed": gettext_lazy("changed the practice's details"),
    "policy_changed": gettext_lazy("changed the practice's policy"),
    "choices_read": gettext_lazy("looked at the words to tap"),
    "choice_added": gettext_lazy("added a word to tap or a template"),
    "choice_renamed": gettext_lazy("changed a word to tap or a template"),
    "choice_retired": gettext_lazy("took a word to tap or a template off"),
    "choice_brought_back": gettext_lazy("brought a word to tap or a template back"),
    "move_in_uploaded": gettext_lazy("uploaded a file to move in"),
    "move_in_read": gettext_lazy("looked at moving in"),
    "move_in_started": gettext_lazy("started to bring a file in"),
    "move_in_batch": gettext_lazy("brought rows of a file in"),
    "move_in_finished": gettext_lazy("brought a file in to its end"),
    "move_in_discarded": gettext_lazy("put a file aside"),
    "bundle_loaded": gettext_lazy("loaded the practice from a file, in a terminal"),
    "bundle_exported": gettext_lazy("exported the practice to a file, in a terminal"),
    "process_notes_exported": gettext_lazy("exported process notes for their authors, in a terminal"),
    "operator_read": gettext_lazy("looked at the register as the installation's operator"),
    "operator_changed": gettext_lazy("changed the register as the installation's operator"),
}
TRAIL: Told = {
    "trail_read": gettext_lazy("looked at this trail"),
    "trail_exported": gettext_lazy("exported this trail"),
}
REFUSED: Told = {
    "refused": gettext_lazy("asked for an address that is not theirs, and was refused"),
    "denied_admin": gettext_lazy("was refused as an admin"),
}
READING: Told = {
    "home_read": gettext_lazy("read their first page"),
    "from_home_read": gettext_lazy("read what came from home"),
    "children_read": gettext_lazy("looked at their list of children"),
    "child_read": gettext_lazy("read the child's page"),
    "child_printed": gettext_lazy("printed the child's page"),
    "searched": gettext_lazy("searched the child's pages"),
    "session_read": gettext_lazy("read a session"),
    "note_read": gettext_lazy("read a progress note"),
    "process_note_read": gettext_lazy("read a process note of their own"),
    "summary_read": gettext_lazy("read a summary"),
    "update_read": gettext_lazy("read an update from home"),
    "shared_read": gettext_lazy("read what was shared about them"),
    "form_read": gettext_lazy("opened a form"),
    "unfinished_read": gettext_lazy("looked at unfinished notes"),
    "who_reads_read": gettext_lazy("looked at who sees something, and why"),
}
WRITING: Told = {
    "session_logged": gettext_lazy("logged a session"),
    "draft_begun": gettext_lazy("began a draft"),
    "draft_discarded": gettext_lazy("threw a draft away"),
    "note_started": gettext_lazy("began a progress note"),
    "note_changed": gettext_lazy("changed a draft of a progress note"),
    "note_signed": gettext_lazy("signed a progress note"),
    "note_offered": gettext_lazy("offered a note for co-signing"),
    "note_taken_back": gettext_lazy("took a note back from co-signing"),
    "note_cosigned": gettext_lazy("co-signed a note"),
    "note_given_back": gettext_lazy("gave a note back"),
    "addendum_added": gettext_lazy("added to a signed note"),
    "process_note_started": gettext_lazy("began a process note"),
    "process_note_changed": gettext_lazy("changed a process note"),
    "summary_written": gettext_lazy("wrote a summary"),
    "summary_changed": gettext_lazy("changed a summary"),
    "update_posted": gettext_lazy("posted an update from home"),
    "update_reworded": gettext_lazy("reworded an update from home"),
    "update_answered": gettext_lazy("answered an update from home"),
    "update_marked": gettext_lazy("marked an update from home"),
    "mark_withdrawn": gettext_lazy("took a mark back"),
    "entered_in_error": gettext_lazy("marked something as entered in error"),
}
RELEASING: Told = {
    "wish_recorded": gettext_lazy("wrote down the child's wish"),
    "summary_released": gettext_lazy("released a summary"),
    "release_refused": gettext_lazy("was kept from releasing a summary"),
    "release_withdrawn": gettext_lazy("withdrew a release"),
    "update_shared": gettext_lazy("shared an update from home"),
    "sharing_withdrawn": gettext_lazy("took a sharing back"),
}
KINDS: dict[str, tuple[Any, Told]] = {
    "sign_in": (gettext_lazy("Signing in"), SIGN_IN),
    "people": (gettext_lazy("People and invitations"), PEOPLE),
    "circles": (gettext_lazy("Circles"), CIRCLES),
    "practice": (gettext_lazy("Practice and settings"), PRACTICE),
    "refused": (gettext_lazy("Refusals"), REFUSED),
    "reading": (gettext_lazy("Reading the record"), READING),
    "writing": (gettext_lazy("Writing in the record"), WRITING),
    "releasing": (gettext_lazy("Wishes, releases, sharing"), RELEASING),
    "trail": (gettext_lazy("The trail itself"), TRAIL),
}
WORDS: Told = {action: words for _label, told in KINDS.values() for action, words in told.items()}
STANDS_OUT = {"short_access_given", "sign_in_refused", "release_refused", *REFUSED}
# Of acts that touch one person, whose random id stands in `shown`: the page may say who it was.
ABOUT_ONE = {
    "person_deactivated", "person_reactivated", "role_added", "role_ended", "supervision_added", "supervision_ended",
    "sessions_ended", "factor_reset_asked", "circle_changed", "handed_over", "short_access_given", "profile_read",
    "consent_recorded", "consent_withdrawn", "limits_explained", "change_taken_back", "row_reviewed", "joined", "invited",
}  # fmt: skip

CODE = re.compile(r"[a-z0-9_.:+-]{1,60}")
FIELDS: Told = {
    "name": gettext_lazy("name"), "time_zone": gettext_lazy("time zone"), "language": gettext_lazy("language"),
    "reply_within_hours": gettext_lazy("reply time"), "reply_hours": gettext_lazy("reply hours"),
    "crisis_text": gettext_lazy("crisis contacts"), "fees": gettext_lazy("fees"), "how_to_ask": gettext_lazy("how to ask"),
    "handbook": gettext_lazy("good to know"), "assent_age": gettext_lazy("age of assent"),
    "majority_age": gettext_lazy("age of majority"), "guardian_access": gettext_lazy("record access"),
    "notes_due_hours": gettext_lazy("hours until a note is due"), "policy_source": gettext_lazy("source of the policy"),
    "policy_review_on": gettext_lazy("review date"), "body": gettext_lazy("how I work"), "training": gettext_lazy("training"),
    "photo": gettext_lazy("picture"),
}  # fmt: skip
CODES: Told = {
    value: label
    for kind in (StaffRole, CircleRole, Authority, CircleChangeKind, InvitationKind, RecordAccess)
    for value, label in kind.choices
}


def said(event: AuditEvent) -> str:
    """What was done, in words; an act the code has no words for by its code."""
    return str(WORDS.get(event.action, event.action))


def detail(event: AuditEvent) -> str:
    """What the trail holds of it besides: names of fields, numbers and codes in words. Whatever is no code is left out: this is
    the last place that keeps a text from the page, should one ever have come so far."""
    data = event.data
    parts = [changed(data, str(name)) for name in data.get("fields", ()) if is_code(name)]
    named = [
        data[key] for key in ("kind", "role", "authority") if isinstance(data.get(key), str) and is_code(data[key])
    ]
    parts += [str(CODES.get(code, code)) for code in named]
    for key, words in (("rows", _("rows: %(number)s")), ("hours", _("hours: %(number)s"))):
        if isinstance(data.get(key), int):
            parts.append(words % {"number": data[key]})
    if event.action == "refused" and isinstance(data.get("address"), str) and is_code(data["address"]):
        parts.append(data["address"])
    return ", ".join(parts)


def changed(data: Told, name: str) -> str:
    """A field that changed, with the numbers or codes it had and has where the trail holds them."""
    label, before, after = str(FIELDS.get(name, name)), data.get("before", {}), data.get("after", {})
    if name not in before or name not in after or not all(map(is_code, (before[name], after[name]))):
        return label
    old, new = (str(CODES.get(value, value if value is not None else "–")) for value in (before[name], after[name]))
    return f"{label} {old} → {new}"


def is_code(value: Any) -> bool:
    """A number, nothing, or a short word of a machine's."""
    return value is None or isinstance(value, int) or (isinstance(value, str) and CODE.fullmatch(value) is not None)
