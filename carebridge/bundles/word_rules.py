"""What must hold between the words of a record: sessions, notes, summaries, updates from home, concerns."""

from datetime import datetime
from typing import Any

from accounts.models import Child, Practice
from carebridge.bundles.format import PROCESS, TOLD
from carebridge.bundles.problems import Problems
from carebridge.bundles.rules import end, refuse_doubled, whole, young_people
from carebridge.bundles.shape import CHILD, Item
from sessions_log.enums import NoteTemplate, WishKind
from sessions_log.models import Wish

TOLD_BESIDE = {name.removesuffix("?") for name in TOLD}


def check_words(bundle: Item, problems: Problems) -> None:
    """Everything about what was written."""
    bound = ages_of_assent(bundle)
    young = young_people(bundle)
    for session in bundle.get("sessions", []):
        check_attendance(session, problems)
        for note in whole(session, "notes"):
            check_note(note, problems)
        for summary in whole(session, "summaries"):
            check_wish(summary, problems)
            check_releases(summary, problems)
            child = session.get("child")
            if child in bound:
                check_against_wish(summary, bound[child], young.get(child, []), problems)
    children = {session["ref"]: session["child"] for session in whole(bundle, "sessions")}
    for update in bundle.get("home_updates", []):
        check_update(update, children, problems)
    for concern in whole(bundle, "concerns"):
        check_concern(concern, problems)


def check_attendance(session: Item, problems: Problems) -> None:
    """Everyone attends once."""
    seen: set[str] = set()
    for number, who in enumerate(session.get("attended", [])):
        before = len(seen)
        seen.add(who)
        if len(seen) == before:
            name = "The child" if who == CHILD else "This person"
            problems.add(f"{session.at}/attended/{number}", f"{name} is doubled here; everyone attends once.")


# --- Notes ------------------------------------------------------------------------------------------------------------


def check_note(note: Item, problems: Problems) -> None:
    """A process note is its author's alone; a progress note is written in one way, and added to once signed."""
    if note["kind"] == PROCESS:
        check_process_note(note, problems)
        return
    if note.get("body") and note.get("sections"):
        problems.add(f"{note.at}/sections", "A progress note has a body or sections, not both.")
    if "body" not in note and not note.get("sections"):
        problems.add(note.at, "A progress note needs a body or sections; both are missing.")
    if note.get("addenda") and "signed_at" not in note:
        problems.add(f"{note.at}/addenda", "Only a signed note has addenda; this one is not signed.")
    for name in ("late", "signed_sha256"):
        if note.get(name) and "signed_at" not in note:
            problems.add(f"{note.at}/{name}", "This says something about a signature; the note is not signed.")


def check_process_note(note: Item, problems: Problems) -> None:
    """It has no readers to sign for, withhold from or open to, and one plain text."""
    for name in (
        "signed_at", "signed_sha256", "late", "offered_to", "withheld_from", "opened_to", "addenda", "sections",
        "template_name",
    ):  # fmt: skip
        if note.get(name):
            problems.add(f"{note.at}/{name}", f"A process note is its author's alone and has no {name}.")
    if note.get("template", NoteTemplate.FREE) != NoteTemplate.FREE:
        problems.add(f"{note.at}/template", "A process note is free text; it has no other template.")
    if "body" not in note:
        problems.add(note.at, "The key body is missing; a process note needs it.")


# --- Summaries --------------------------------------------------------------------------------------------------------


def check_wish(summary: Item, problems: Problems) -> None:
    """`not_to` goes with the wish of that name, and only with it."""
    if summary["child_wish"] == WishKind.NOT_TO and not summary.get("not_to"):
        problems.add(f"{summary.at}/child_wish", "With this wish the people meant are expected in not_to.")
    if summary["child_wish"] != WishKind.NOT_TO and summary.get("not_to"):
        problems.add(f"{summary.at}/not_to", "People are listed here only when child_wish is not_to.")


def check_releases(summary: Item, problems: Problems) -> None:
    """One release to one person stands at a time, and none ends before it is made."""
    releases = list(whole(summary, "releases"))
    standing = (release for release in releases if "withdrawn_at" not in release)
    refuse_doubled(
        standing, lambda release: release["to"], problems, field="to",
        what="This summary is released to this person already.",
    )  # fmt: skip
    for release in releases:
        if release.get("withdrawn_at", release["at"]) < release["at"]:
            why = "This release is withdrawn before it is made; a later moment is expected."
            problems.add(f"{release.at}/withdrawn_at", why)


def ages_of_assent(bundle: Item) -> dict[Any, datetime]:
    """child → from when its wish binds releases to adults; without those whose card or practice is not whole."""
    if not bundle.get("practice") or not bundle["practice"].whole:
        return {}
    policy = bundle["practice"].get("policy", {})
    practice = Practice(time_zone=bundle["practice"]["time_zone"])
    years = policy.get("assent_age", practice.assent_age)
    return {
        child["ref"]: Child(practice=practice, date_of_birth=child["date_of_birth"]).comes_of(years)
        for child in whole(bundle, "children")
    }


def check_against_wish(summary: Item, bound: datetime, young: list[Item], problems: Problems) -> None:
    """From the age of assent on, a release to an adult against the child's wish, or unasked, needs an override.

    A release from before the wish was recorded went by what the child said before, which is not in the file.
    """
    binding = max(bound, summary["wish_recorded"]["at"]) if "wish_recorded" in summary else bound
    for release in whole(summary, "releases"):
        if release["at"] < binding or "override" in release or is_to_the_child(release, young):
            continue
        if forbids(summary, release["to"]):
            why = "This release is against the child's wish, or unasked; an override with its ground is expected."
            problems.add(release.at, why)


def is_to_the_child(release: Item, young: list[Item]) -> bool:
    """Whether its reader was the child at that moment."""
    return any(
        row.get("person") == release["to"] and (not row.whole or row["from"] <= release["at"] < end(row))
        for row in young
    )


def forbids(summary: Item, person: str) -> bool:
    """Whether the wish speaks against this adult, by the model's own rule (they have the number 1 in it)."""
    not_to = [1] if person in summary.get("not_to", []) else []
    return Wish(kind=summary["child_wish"], asked_at=summary.get("asked_at"), not_to=not_to).forbids(1)


# --- Home and concerns ------------------------------------------------------------------------------------------------


def check_update(update: Item, children: dict[Any, Any], problems: Problems) -> None:
    """One sharing with one person stands at a time; one person makes one mark of a kind. `children`: session → child."""
    standing = (sharing for sharing in whole(update, "shared_with") if "withdrawn_at" not in sharing)
    refuse_doubled(
        standing, lambda sharing: sharing["person"], problems, field="person",
        what="This update is shared with this person already.",
    )  # fmt: skip
    refuse_doubled(
        whole(update, "marks"), lambda mark: (mark["by"], mark["kind"]), problems, field="kind",
        what="This person has made this mark already.",
    )  # fmt: skip
    for mark in whole(update, "marks"):
        if children.get(mark.get("session"), update.get("child")) != update.get("child"):
            problems.add(
                f"{mark.at}/session", "This session is about another child; one of the update's child is expected."
            )
    for edit in whole(update, "edits"):
        if "observed_at" not in edit and TOLD_BESIDE & set(edit):
            problems.add(
                edit.at, "The key observed_at is missing: an edit of more than the body tells everything anew."
            )


def check_concern(concern: Item, problems: Problems) -> None:
    """Nobody named by then receives a disclosure, and nobody confirms their own."""
    named = list(whole(concern, "named"))
    for entry in named:
        if ("person" in entry) == ("name" in entry):
            problems.add(entry.at, "Who is named is a person of this file or, without an account, a name: one of both.")
    disclosures = list(whole(concern, "disclosures"))
    void_from = concern.get("entered_in_error", {}).get("at")
    for disclosure in disclosures:
        made = disclosure["disclosed_at"]
        stands = void_from is None or made < void_from
        if stands and any(entry.get("person") == disclosure["to"] and entry["at"] <= made for entry in named):
            problems.add(f"{disclosure.at}/to", "This person is named in the concern by then; another is expected.")
    if disclosures and concern.get("confirmed_by") == concern["raised_by"]:
        why = "The disclosures are confirmed by who raised the concern; a second person is expected."
        problems.add(f"{concern.at}/confirmed_by", why)
