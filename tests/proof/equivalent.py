"""Mutants that change nothing anyone could notice, and why not."""

REASONS: dict[str, tuple[str, ...]] = {
    "a constraint keeps family and therapist rows of one child and person apart": (
        "therapists: \"c.role = 'therapist'\" → 'true' in \"WHERE c.role = 'therapist' AND c.starts <= moment AND (c.ends IS NULL OR moment < c.ends)\"",
        "therapists: 'f.starts <= moment' → 'true' in \"WHERE f.person_id = c.person_id AND f.child_id = c.child_id AND f.role <> 'therapist' AND f.starts <= moment)\"",
        "therapists: 'f.starts <= moment' → 'f.starts < moment' in \"WHERE f.person_id = c.person_id AND f.child_id = c.child_id AND f.role <> 'therapist' AND f.starts <= moment)\"",
        "enter: \"l.role = 'therapist'\" → 'true' in \"WHERE l.role = 'therapist' AND l.practice_id = ANY (clinical)\"",
        "enter: \"c.role <> 'therapist'\" → 'true' in \"WHERE c.person_id = viewer AND c.child_id = o.child_id AND c.role <> 'therapist'\"",
        "enter: 'l.child_id NOT IN (SELECT e.child_id FROM ever_family e)' → 'true' in 'AND l.child_id NOT IN (SELECT e.child_id FROM ever_family e)),'",
    ),
    "it only saves a look-up whose result is then empty": (
        "enter: \"m.role = 'supervisor'\" → 'true' in \"coalesce(array_agg(DISTINCT m.practice_id) FILTER (WHERE m.role = 'supervisor'), '{}')\"",
        "enter: 'cardinality(supervising) > 0' → 'true' in 'IF cardinality(supervising) > 0 THEN'",
        "enter: 'cardinality(supervising) > 0' → 'cardinality(supervising) >= 0' in 'IF cardinality(supervising) > 0 THEN'",
        "enter: 'cardinality(own) > 0' → 'true' in 'IF cardinality(own) > 0 THEN'",
        "enter: 'cardinality(own) > 0' → 'cardinality(own) >= 0' in 'IF cardinality(own) > 0 THEN'",
        "enter: 'cardinality(note_readers) > 0' → 'true' in 'IF cardinality(note_readers) > 0 THEN'",
        "enter: 'cardinality(note_readers) > 0' → 'cardinality(note_readers) >= 0' in 'IF cardinality(note_readers) > 0 THEN'",
        "enter: 'cardinality(team) > 0' → 'true' in 'IF cardinality(team) > 0 THEN'",
        "enter: 'cardinality(team) > 0' → 'cardinality(team) >= 0' in 'IF cardinality(team) > 0 THEN'",
        "enter: 'n.author_id <> viewer' → 'true' in 'WHERE n.signed_at IS NULL AND n.child_id = ANY (therapist) AND n.author_id <> viewer'",
        "enter: 'cardinality(own) > 0' → 'true' in 'IF cardinality(own) > 0 THEN' #2",
        "enter: 'cardinality(audience) > 0' → 'true' in 'IF cardinality(audience) > 0 THEN'",
        "enter: 'cardinality(audience) > 0' → 'cardinality(audience) >= 0' in 'IF cardinality(audience) > 0 THEN'",
        "enter: 'cardinality(lead) > 0' → 'true' in 'IF cardinality(lead) > 0 THEN'",
        "enter: 'cardinality(lead) > 0' → 'cardinality(lead) >= 0' in 'IF cardinality(lead) > 0 THEN'",
        *(
            f"enter: 'cardinality({place}) > 0' → {new!r} in 'IF cardinality(office) > 0 AND cardinality(barred) > 0 THEN'"
            for place in ("office", "barred")
            for new in ("true", f"cardinality({place}) >= 0")
        ),
        "enter: 'cardinality(own) > 0' → 'cardinality(own) >= 0' in 'IF cardinality(own) > 0 THEN' #2",
    ),
    "the list is asked only of signed notes, in note_readers": (
        "enter: 'w.child_id = ANY (note_readers)' → 'true' in 'WHERE w.person_id = viewer AND w.child_id = ANY (note_readers) AND w.withheld_at <= moment;'",
        "enter: 'w.child_id = ANY (note_readers)' → 'true' in 'WHERE w.person_id = viewer AND w.child_id = ANY (note_readers) AND w.opened_at <= moment'",
    ),
    "the list is asked only of unsigned notes": (
        "enter: 'n.signed_at IS NULL' → 'true' in 'AND n.signed_at IS NULL AND n.child_id = ANY (supervised)'",
        "enter: 'n.signed_at IS NULL' → 'true' in 'WHERE n.signed_at IS NULL AND n.child_id = ANY (therapist) AND n.author_id <> viewer'",
    ),
    "a therapist's name is readable from their own row": (
        "enter: \"h.role <> 'therapist'\" → 'true' in \"WHERE h.child_id = ANY (own) AND h.household <> '' AND h.role <> 'therapist'\"",
    ),
    "no rule asks it: it only chooses menus": (
        "enter: \"k.authority = 'contributor'\" → 'true' in \"coalesce(array_agg(DISTINCT k.child_id) FILTER (WHERE k.authority = 'contributor'), '{}'),\"",
    ),
    "a span of no times holds no moment": (
        "enter: 'opening.times IS NOT NULL' → 'true' in 'WHERE opening.times IS NOT NULL'",
    ),
    "a trigger refuses every change, too": (
        "AuditEvent change: drop 0 Value(False)",
        "TakenOut change: drop 0 Value(False)",
        "UpdateEdit change: drop 0 Value(False)",
    ),
    "the update is one's own, so it can be read": (
        "UpdateEdit add: drop 5.0.1 exists HomeUpdate",
        "UpdateEdit add: drop 4.0.1 exists HomeUpdate",
    ),
    "the spans hold no other children; the place is there for the index": (
        "Explanation read: drop 0.1.0 own accounts_explanation,child",
        "Addendum read: drop 0.0.2.1.0 note_readers sessions_log_addendum,child",
        "Attendance read: drop 0.0.1.1.0.0.0 own sessions_log_attendance,child",
        "Mark read: drop 0.1.0 own sessions_log_mark,child",
        "ProgressNote read: drop 0.0.1.0.1.1.0 note_readers sessions_log_progressnote,child",
        "Reply read: drop 0.0.1.1.0 own sessions_log_reply,child",
        "Notice read: drop 1.2.0 own accounts_notice,child",
    ),
    "a composite key ties the child to the item's": (
        "Addendum read: drop 1.1 child",
        "CoSignature read: drop 2.1 child",
        "Mark read: drop 0.1.2.1 child",
        "Mark read: drop 1.1 child",
        "NoteOffer read: drop 2.1 child",
        "Opening read: drop 3.1 child",
        "Override read: drop 1.1 child",
        "Reading read: drop 1.1 child",
        "Reply read: drop 0.0.1.1.2.1 child",
        "Reply read: drop 1.1 child",
        "SessionRecord read: drop 0.0.2.1 child",
        "UpdateEdit read: drop 0.1.1.1 child",
        "UpdateEdit read: drop 1.1 child",
        "UpdateEdit add: drop 2.1 child",
        "Withholding read: drop 3.1 child",
    ),
    "whoever reads the item it hangs on is of the team or a lead": (
        "Addendum read: drop 0.1.2.0.1 team sessions_log_addendum,child",
        "Reply read: drop 0.1.2.0.1 team sessions_log_reply,child",
    ),
    "a composite key ties the reader to the release's recipient, whom the other legs name": (
        "Reading read: drop 0.1.0 young sessions_log_reading,child",
        "Reading read: drop 0.2.0 recipients sessions_log_reading,child",
    ),
    "the rule around it says so again": (
        "HomeUpdate read: drop 0.1.2.0.1 team sessions_log_homeupdate,child",
        "Release read: drop 0.0.1.1.2 error_at isnull",
        "Sharing read: drop 0.0.3.0.1 team sessions_log_sharing,child",
    ),
    "nobody on a child's team is barred from it, and the leg is asked of the team alone": (
        "HomeUpdate read: drop 0.1.2.2.1 not (barred sessions_log_homeupdate,child)",
        "HomeUpdate read: drop 0.1.2.2.1.0 barred sessions_log_homeupdate,child",
        "Sharing read: drop 0.0.3.2.1 not (barred sessions_log_sharing,child)",
        "Sharing read: drop 0.0.3.2.1.0 barred sessions_log_sharing,child",
    ),
    "the list and the rule that asks it both keep to the practices the viewer leads": (
        "enter: 't.practice_id = ANY (lead)' → 'true' in 'WHERE t.practice_id = ANY (lead)'",
        "HomeUpdate read: drop 0.3.0 lead sessions_log_homeupdate,practice",
    ),
    "the list is asked only as team or guardian of the child": (
        "enter: 't.child_id = ANY (audience)' → 'true' in 'WHERE t.child_id = ANY (audience);'",
    ),
    # hold_the_words; and the list of others' drafts was made before the change.
    "a trigger keeps all but the author from the words, and who gave their draft away could not read it": (
        "ProgressNote change into: drop 0.0.1 author",
    ),
    "rows of family pass by the leg before": ("CircleRow add: drop 0.0.2.1.0 role",),
    "whoever ties people as staff is a member of the practice": (
        "CircleRow add: drop 0.0.2.1.1.0 member U0,practice",
        "CircleRow add: drop 0.0.2.1.2.0.0 member U0,practice",
        "CircleRow add: drop 0.1.2.0.0 member U0,practice",
        "CircleRow add: drop 0.2.3.0 member U0,practice",
        "CircleRow add: drop 0.2.4.0.0 member U0,practice",
    ),
    "told_of names only guardians' children": ("Sharing add: drop 0 own sessions_log_sharing,child",),
    "others of the family read only their own updates, which the leg before lets them": (
        "UpdateEdit read: drop 0.2.0 guardians sessions_log_updateedit,child",
    ),
}
EQUIVALENT: dict[str, str] = {name: reason for reason, names in REASONS.items() for name in names}

# By the beginning of their names: whole rules of which another layer asks as much.
READ_AGAIN = "the read rule, which the row must pass before and after, says so already"
HELD = "a trigger holds it, for every role"
SAID_TWICE = "what it becomes must look so as well, and a trigger lets that column not change"
BEGINNINGS: dict[str, str] = {
    "AddressChange change: drop 1 done_at": SAID_TWICE,
    "Deactivation change: drop 2": SAID_TWICE,
    "Supervision change: drop 0 admin": SAID_TWICE,
    "Invitation change: drop 0": READ_AGAIN,
    "Invitation change into: drop 0": READ_AGAIN,
    "Notice change: drop": READ_AGAIN,
    "RowReview change: drop 0.0.1": READ_AGAIN,
    "RowReview change into: drop 0.0.1": READ_AGAIN,
    "Addendum change: drop 0 error_at": HELD,
    "Addendum change into: drop 3": READ_AGAIN,
    "FormDraft change: drop": READ_AGAIN,
    "Look change: drop": READ_AGAIN,
    "PracticeChoice change into: drop 0 member": READ_AGAIN,
    "UpdateEdit read: drop 0.2.1.1.2 spans U0": "the update was posted at the same moment, by a composite key, and could not be read",
    "UpdateEdit read: drop 0.2.1.1.3 spans U0": "one sharing stands at a time, and the update is readable by that one alone",
    "HomeUpdate change: ": "it may become nothing",
    "MoveIn change: drop 0 admin": READ_AGAIN,
    "MoveIn change into: drop 0 admin": READ_AGAIN,
    "MoveIn change into: drop 2 uploaded_at": READ_AGAIN,
    "MoveInRow change: drop 0 admin": READ_AGAIN,
    "MoveInRow change: drop 1 uploaded_by": READ_AGAIN,
    "MoveInRow change into: drop": READ_AGAIN,
    "Relationship add: drop 1.1 (team": "an admin or therapist of the child reads its circle",
    "NoteOffer add: drop 5.0 member": "a therapist of the child is a member of its practice",
    "CoSignature add: drop 3.0 team": "the supervisors are of the team",
    "ProcessNote change: drop 0 error_at": HELD,
    "ProcessNote change into: drop 0 therapist": READ_AGAIN,
    "ProcessNote change into: drop 1 author": READ_AGAIN,
    "ProgressNote change: ": "what it becomes, the read rule and the triggers ask for as much",
    "ProgressNote change into: drop 0.0.0 therapist": READ_AGAIN,
    "ProgressNote change into: drop 0.0.3": READ_AGAIN,
    "ProgressNote change into: drop 0.1.3": READ_AGAIN,
    "Reply change: drop 0 error_at": HELD,
    "Reply change into: drop 3": READ_AGAIN,
    "Session change: drop 0 error_at": HELD,
    "Session change into: drop 3": READ_AGAIN,
    "Summary change: ": "what it becomes, the read rule and the triggers ask for as much",
    "Summary change into: drop 0.1.3": READ_AGAIN,
}


def reason(name: str) -> str:
    """Why nobody could notice the mutant; empty when someone should."""
    return EQUIVALENT.get(name, "") or next((why for start, why in BEGINNINGS.items() if name.startswith(start)), "")
