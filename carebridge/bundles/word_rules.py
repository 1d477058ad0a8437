"""What must hold between the words of a record: sessions, notes, summaries, updates from home, concerns."""

from datetime import datetime, timedelta
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
            for wish in [summary, *whole(summary, "earlier_wishes")]:
                check_wish(wish, problems)
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


def is_late(held_at: datetime, signed_at: datetime, hours: int) -> bool:
    """Whether a note was signed more hours after its session than the practice allows."""
    return signed_at - held_at > timedelta(hours=hours)


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
        if "withdrawn_by" in release and "withdrawn_at" not in release:
            why = "Who took it back stands here only beside when: withdrawn_at is expected, too."
            problems.add(f"{release.at}/withdrawn_by", why)


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
    """From the age of assent on, a release to an adult against what the child had said, or unasked, needs an override."""
    said = answers(summary)
    for release in whole(summary, "releases"):
        if release["at"] < bound or "override" in release or is_to_the_child(release, young):
            continue
        if forbids(said[went_by(said, release)], release["to"]):
            why = "This release is against the child's wish, or unasked; an override with its ground is expected."
            problems.add(release.at, why)


def is_to_the_child(release: Item, young: list[Item]) -> bool:
    """Whether its reader was the child at that moment."""
    return any(
        row.get("person") == release["to"] and (not row.whole or row["from"] <= release["at"] < end(row))
        for row in young
    )


def answers(summary: Item) -> list[Item]:
    """What the child said about sharing the summary, one after the other: the last is in force."""
    recorded = summary.get("wish_recorded", {"by": summary["author"], "at": summary["written_at"]})
    said = {name: summary[name] for name in ("child_wish", "not_to", "asked_at") if name in summary}
    return [*whole(summary, "earlier_wishes"), Item(**said, by=recorded["by"], at=recorded["at"])]


def went_by(said: list[Item], release: Item) -> int:
    """Which answer a release went by: the last one given by then, or one of the same moment if that allows it.

    A release from before the first answer is held to that one: nothing earlier is known.
    """
    then = max(release["at"], said[0]["at"])
    before = [number for number, answer in enumerate(said) if answer["at"] < then]
    meanwhile = [number for number, answer in enumerate(said) if answer["at"] == then]
    possible = sorted(before[-1:] + meanwhile, reverse=True)
    return next((number for number in possible if not forbids(said[number], release["to"])), possible[0])


def forbids(answer: Item, person: str) -> bool:
    """Whether it speaks against this adult, by the model's own rule (they have the number 1 in it)."""
    not_to = [1] if person in answer.get("not_to", []) else []
    return Wish(kind=answer["child_wish"], asked_at=answer.get("asked_at"), not_to=not_to).forbids(1)


# --- Home and concerns ------------------------------------------------------------------------------------------------


def check_update(update: Item, children: dict[Any, Any], problems: Problems) -> None:
    """One sharing with one person stands at a time, and one mark of a kind by one person; each takes it out once.

    `children`: session → child.
    """
    standing = (sharing for sharing in whole(update, "shared_with") if "withdrawn_at" not in sharing)
    refuse_doubled(
        standing, lambda sharing: sharing["person"], problems, field="person",
        what="This update is shared with this person already.",
    )  # fmt: skip
    before: dict[Any, Item] = {}
    for mark in marks_in_order(update):
        last = before.get((mark["by"], mark["kind"]))
        if last and not ("withdrawn_at" in last and last["withdrawn_at"] <= mark["at"]):
            problems.add(f"{mark.at}/kind", f"This person has made this mark already. It is {last.at}.")
        if mark.get("withdrawn_at", mark["at"]) < mark["at"]:
            why = "This mark is withdrawn before it is made; a later moment is expected."
            problems.add(f"{mark.at}/withdrawn_at", why)
        before[mark["by"], mark["kind"]] = mark
    if update.get("also_in_error") and "entered_in_error" not in update:
        problems.add(f"{update.at}/also_in_error", "Who entered it in error first is expected in entered_in_error.")
    errors = [update["entered_in_error"]] if "entered_in_error" in update else []
    refuse_doubled(
        [error for error in [*errors, *whole(update, "also_in_error")] if error.whole], lambda error: error["by"],
        problems, field="by", what="This person has entered this update in error already.",
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


def marks_in_order(update: Item) -> list[Item]:
    """An update's marks as they were made; of the same moment first those that were taken back."""
    return sorted(whole(update, "marks"), key=lambda mark: (mark["at"], "withdrawn_at" not in mark))


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
