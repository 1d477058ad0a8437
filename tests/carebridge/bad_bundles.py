"""Bundles that are refused, each with the pointer and a telling part of the line; and some that must not be."""

import json

from tests.carebridge.bundles import ERROR, Edit, again, at, drop, more, put, willow

FAR = "2031-01-01T00:00:00+00:00"
LATER = "2026-10-29T12:00:00Z"
NOTE = "/sessions/0/notes/0"
PROCESS = "/sessions/0/notes/1"
SUMMARY = "/sessions/1/summaries/0"  # Maya's, not to dan
RELEASE = "/sessions/0/summaries/0/releases/1"  # to dan


def staff(role: str, starts: str, **rest: str) -> dict[str, str]:
    """An employment."""
    return {"role": role, "from": starts, **rest}


CONSENT = {"by": "priya", "scope": "School.", "at": at(4, 3)}
NAMED = {"child": "maya", "person": "dan", "concern": "a", "raised_at": at(19), "at": at(19)}
ENDED = {"person": "dan", "from": at(1), "reason": "Left.", "by": "ruth"}
CHANGE = {
    "child": "maya", "person": "dan", "kind": "ended", "effective": FAR, "by": "ruth", "at": at(1), "act": "a",
}  # fmt: skip
WORD = {"kind": "theme", "name": "bridges", "by": "tom", "at": at(1)}


REFUSED: dict[str, tuple[list[Edit], str, str]] = {
    # The document
    "another format": ([put("/format", "carebridge-bundle/2")], "/format", "carebridge-bundle/1"),
    "no format": ([drop("/format")], "", "key format is missing"),
    "no practice": ([drop("/practice")], "", "key practice is missing"),
    "an unknown list": ([put("/feelings", [])], "/feelings", "not known"),
    "a list that is none": ([put("/home_updates", {})], "/home_updates", "expected: a list"),
    # Shape
    "an unknown key": ([put("/people/0/nick~1name~0", "T")], "/people/0/nick~1name~0", "not known"),
    "a key that cannot be shown": ([put("/people/0/a\nb", "T")], "/people/0", "nor can it be shown"),
    "a missing key": ([drop("/children/0/date_of_birth")], "/children/0", "key date_of_birth is missing"),
    "null": ([put("/people/0/phone", None)], "/people/0/phone", "null stands here; expected: text"),
    "a number for text": ([put("/people/0/name", 5)], "/people/0/name", "A number stands here"),
    "text for a number": ([put("/sessions/0/minutes", "50")], "/sessions/0/minutes", "whole number"),
    "true for a number": ([put("/sessions/0/minutes", True)], "/sessions/0/minutes", "true stands here"),
    "a fraction": ([put("/sessions/0/minutes", 50.5)], "/sessions/0/minutes", "whole number"),
    "NaN": ([put("/sessions/0/minutes", float("nan"))], "/sessions/0/minutes", "whole number"),
    "a huge number": ([put("/sessions/0/minutes", 10**400)], "/sessions/0/minutes", "whole number"),
    "a negative number": ([put("/sessions/0/minutes", -1)], "/sessions/0/minutes", "out of range"),
    "text for yes or no": ([put("/people/0/active", "yes")], "/people/0/active", "true or false"),
    "an object for an item": ([put("/circle/0", [])], "/circle/0", "expected: an object"),
    "NUL in text": ([put(f"{NOTE}/body", "a\0b")], f"{NOTE}/body", "NUL"),
    "half a surrogate pair": ([put(f"{NOTE}/body", "\ud83d")], f"{NOTE}/body", "surrogate"),
    "text too long for its column": ([put("/children/0/pronouns", "x" * 41)], "/children/0/pronouns", "at most 40"),
    "a nameless person": ([put("/people/0/name", " ")], "/people/0/name", "empty"),
    # Words, zones, languages, addresses
    "an unknown staff role": ([put("/people/0/staff/0/role", "boss")], "/people/0/staff/0/role", "safeguarding_lead"),
    "an unknown circle role": ([put("/circle/0/role", "uncle")], "/circle/0/role", "young_person"),
    "an unknown restriction": ([put("/restrictions/0/kind", "loud")], "/restrictions/0/kind", "quiet, closed"),
    "an unknown template": ([put(f"{NOTE}/template", "x")], f"{NOTE}/template", "girp"),
    "an unknown kind of note": ([put(f"{NOTE}/kind", "x")], f"{NOTE}/kind", "progress, process"),
    "an unknown wish": ([put(f"{SUMMARY}/child_wish", "maybe")], f"{SUMMARY}/child_wish", "not_asked"),
    "an unknown zone": ([put("/practice/time_zone", "Mars/Base")], "/practice/time_zone", "time zone"),
    "an unknown zone of a person": ([put("/people/0/time_zone", "localtime")], "/people/0/time_zone", "time zone"),
    "an unknown language": ([put("/people/0/language", "tlh")], "/people/0/language", "en, es"),
    "not an e-mail": ([put("/people/0/email", "tom at willow")], "/people/0/email", "not an e-mail"),
    # References
    "an unknown person": ([put("/circle/0/person", "nobody")], "/circle/0/person", "No person"),
    "a person for a child": ([put("/circle/0/child", "tom")], "/circle/0/child", "No child"),
    "an unknown session": ([put("/home_updates/0/marks/0/session", "s9")], "/home_updates/0/marks/0/session", "No session"),
    "an unknown attender": ([put("/sessions/0/attended", ["child", "x"])], "/sessions/0/attended/1", "No person"),
    "an unknown name in not_to": ([put(f"{SUMMARY}/not_to", ["x"])], f"{SUMMARY}/not_to/0", "No person"),
    "a doubled ref": ([put("/home_updates/2/ref", "tom")], "/home_updates/2/ref", "/people/0/ref has it"),
    "a doubled ref of something else": ([put("/circle/0/ref", "maya-n1")], f"{NOTE}/ref", "/circle/0/ref has it"),
    "the ref child": ([put("/circle/0/ref", "child")], "/circle/0/ref", "taken"),
    "an empty ref": ([put("/circle/0/ref", "")], "/circle/0/ref", "empty"),
    "a ref of two lines": ([put("/circle/0/ref", "a\nb")], "/circle/0/ref", "printable"),
    # People
    "a doubled e-mail": ([put("/people/5/email", "Priya@Family.example")], "/people/5/email", "The first is /people/4"),
    "a doubled username": (
        [put("/people/5/username", "Kite"), put("/people/6/username", "kite")], "/people/6/username", "The first is /people/5"),
    "a username too long": ([put("/people/5/username", "x" * 41)], "/people/5/username", "at most 40"),
    "access ended twice at once": (
        [put("/deactivations", [ENDED, {**ENDED, "from": at(2)}])], "/deactivations/1", "overlaps /deactivations/0"),
    "a short password": ([put("/people/0/password", "fourteen-chars")], "/people/0/password", "at least 15"),
    "overlapping employment": (
        [more("/people/0/staff", staff("therapist", at(1)))], "/people/0/staff/1", "overlaps /people/0/staff/0"),
    "employment that ends before it starts": (
        [put("/people/0/staff/0/until", "2026-01-02T14:00:00Z")], "/people/0/staff/0/until", "not after"),
    "born in the future": ([put("/children/1/date_of_birth", "2026-11-03")], "/children/1/date_of_birth", "future"),
    # Moments
    "a moment without an offset": ([put("/circle/0/from", "2026-01-12T09:00:00")], "/circle/0/from", "no offset"),
    "a day for a moment": ([put("/circle/0/from", "2026-01-12")], "/circle/0/from", "not a moment"),
    "a day that is none": ([put("/children/0/date_of_birth", "2012-02-30")], "/children/0/date_of_birth", "calendar"),
    "a week for a day": ([put("/children/0/date_of_birth", "2012-W20-1")], "/children/0/date_of_birth", "YYYY-MM-DD"),
    "an offset no place has": ([put("/circle/0/from", "2026-01-12T09:00:00+24:00")], "/circle/0/from", "not a moment"),
    "the 25th hour": ([put("/circle/0/from", "2026-01-12T25:00:00Z")], "/circle/0/from", "not a moment"),
    "year 1": ([put("/circle/0/from", "0001-01-01T00:00:00+05:00")], "/circle/0/from", "out of range"),
    "year 9999": ([put("/circle/0/until", "9999-12-31T23:59:59-05:00")], "/circle/0/until", "out of range"),
    "a session ahead": ([put("/sessions/0/held_at", FAR)], "/sessions/0/held_at", "future"),
    "a signature ahead": ([put("/agreements/0/signed/0/at", FAR)], "/agreements/0/signed/0/at", "future"),
    "a reading ahead": ([put(f"{RELEASE}/read_at", FAR)], f"{RELEASE}/read_at", "future"),
    "an error ahead": ([put(f"{NOTE}/entered_in_error", {**ERROR, "at": FAR})], f"{NOTE}/entered_in_error/at", "future"),
    # Circle
    "a row that ends when it starts": (
        [put("/circle/0/until", "2026-01-12T14:00:00Z")], "/circle/0/until", "not after `from`"),
    "overlapping circle rows": ([again("/circle/1", authority="informed")], "/circle/8", "overlaps /circle/1"),
    "rows that overlap by a moment": (
        [put("/circle/0/until", "2026-06-01T00:00:00.000001Z"), again("/circle/0", **{"from": "2026-06-01T00:00:00Z"}),
         drop("/circle/8/until")], "/circle/8", "overlaps /circle/0"),
    "therapist and family of one child": (
        [more("/circle", {"child": "maya", "person": "tom", "role": "helper", "from": "2027-01-01T00:00:00Z"})],
        "/circle/8/role", "therapist and family"),
    "a young person of two children": (
        [more("/circle", {"child": "leo", "person": "maya-login", "role": "young_person", "from": at(1)})],
        "/circle/8/child", "one child only"),
    "a young person who is a guardian": (
        [again("/circle/6", person="maya-login")], "/circle/8/person", "cannot be a guardian"),
    "authority of a helper": ([put("/circle/4/authority", "full")], "/circle/4/authority", "Only a guardian"),
    "a guardian without authority": ([drop("/circle/1/authority")], "/circle/1", "needs an authority"),
    "a change of a row that is not here": (
        [put("/circle_changes", [{**CHANGE, "row": "gone"}])], "/circle_changes/0/row", "No circle row"),
    "a change of a row of another child": (
        [put("/circle/0/ref", "r"), put("/circle_changes", [{**CHANGE, "child": "leo", "ended": "r"}])],
        "/circle_changes/0/ended", "another child"),
    "a row that is both here and gone": (
        [put("/circle/0/ref", "r"), put("/circle_changes", [{**CHANGE, "row": "r", "row_gone": "x"}])],
        "/circle_changes/0/row_gone", "not both"),
    "a change made ahead": ([put("/circle_changes", [{**CHANGE, "at": FAR}])], "/circle_changes/0/at", "future"),
    "overlapping supervision": ([again("/supervision/0")], "/supervision/1", "overlaps /supervision/0"),
    "supervision of oneself": ([put("/supervision/0/supervisor", "tom")], "/supervision/0/supervisor", "themselves"),
    "a restriction that ends before it starts": (
        [put("/restrictions/0/until", at(1))], "/restrictions/0/until", "not after `from`"),
    "two agreements at once": (
        [again("/agreements/0", in_force_from="2026-02-02T20:00:00Z")], "/agreements/2/in_force_from", "/agreements/0"),
    "a doubled signature": (
        [more("/agreements/0/signed", {"person": "dan", "at": at(1)})], "/agreements/0/signed/3/person", "already"),
    # Sessions and notes
    "a doubled attender": ([put("/sessions/0/attended", ["child", "child"])], "/sessions/0/attended/1", "doubled"),
    "engagement of 11": ([put("/sessions/0/record/engagement", 11)], "/sessions/0/record/engagement", "0 to 10"),
    "a technique too long": (
        [put("/sessions/0/record/techniques", ["x" * 101])], "/sessions/0/record/techniques/0", "at most 100"),
    "body and sections": ([put(f"{NOTE}/sections", {"Plan": "x"})], f"{NOTE}/sections", "not both"),
    "neither body nor sections": ([drop(f"{NOTE}/body")], NOTE, "body or sections"),
    "a section that is no text": (
        [drop(f"{NOTE}/body"), put(f"{NOTE}/sections", {"Plan": ["x"]})], f"{NOTE}/sections/Plan", "expected: text"),
    "an addendum on a draft": ([drop(f"{NOTE}/signed_at")], f"{NOTE}/addenda", "not signed"),
    "a signed process note": ([put(f"{PROCESS}/signed_at", at(6))], f"{PROCESS}/signed_at", "process note"),
    "a withheld process note": (
        [put(f"{PROCESS}/withheld_from", [{"person": "dan", "reason": "r", "by": "tom", "at": at(6)}])],
        f"{PROCESS}/withheld_from", "process note"),
    "a process note with addenda": (
        [put(f"{PROCESS}/addenda", [{"author": "tom", "body": "b", "at": at(6)}])], f"{PROCESS}/addenda", "process note"),
    "an offered process note": (
        [put(f"{PROCESS}/offered_to", [{"person": "ines", "at": at(6)}])], f"{PROCESS}/offered_to", "process note"),
    "an opened process note": (
        [put(f"{PROCESS}/opened_to", [{"person": "dan", "by": "tom", "at": at(6)}])], f"{PROCESS}/opened_to", "process note"),
    "a process note by template": ([put(f"{PROCESS}/template", "dap")], f"{PROCESS}/template", "free text"),
    "an empty process note": ([drop(f"{PROCESS}/body")], PROCESS, "body is missing"),
    # Summaries
    "a release to whom she said not to": (
        [more(f"{SUMMARY}/releases", {"to": "dan", "at": LATER})], f"{SUMMARY}/releases/1", "against the child's wish"),
    "a release of what is for nobody": (
        [put(f"{SUMMARY}/child_wish", "nobody"), drop(f"{SUMMARY}/not_to")], f"{SUMMARY}/releases/0", "override"),
    "a release unasked": (
        [put(f"{SUMMARY}/child_wish", "not_asked"), drop(f"{SUMMARY}/not_to")], f"{SUMMARY}/releases/0", "override"),
    "a release without asking again": (
        [put(f"{SUMMARY}/child_wish", "ask_me"), drop(f"{SUMMARY}/not_to")], f"{SUMMARY}/releases/0", "override"),
    "an override without an explanation": (
        [more(f"{SUMMARY}/releases", {"to": "dan", "at": LATER, "override": {"ground": "safety", "explanation": ""}})],
        f"{SUMMARY}/releases/1/override/explanation", "empty"),
    "an override on another ground": (
        [put(f"{RELEASE}/override", {"ground": "haste", "explanation": "x"})], f"{RELEASE}/override/ground", "court_order"),
    "a release at the very age": (
        [put("/children/0/date_of_birth", "2014-10-12"),
         more(f"{SUMMARY}/releases", {"to": "dan", "at": "2026-10-12T04:00:00Z"})],
        f"{SUMMARY}/releases/1", "against the child's wish"),
    "a release on the first of March": (
        [put("/children/0/date_of_birth", "2012-02-29"), put("/practice/policy/assent_age", 14),
         put("/practice/time_zone", "UTC"),
         more(f"{SUMMARY}/releases", {"to": "dan", "at": "2026-03-01T00:00:00Z"})],
        f"{SUMMARY}/releases/1", "against the child's wish"),
    "withdrawn before released": ([put(f"{RELEASE}/withdrawn_at", at(1))], f"{RELEASE}/withdrawn_at", "withdrawn before"),
    "withdrawn by someone at no moment": (
        [put(f"{RELEASE}/withdrawn_by", "tom")], f"{RELEASE}/withdrawn_by", "withdrawn_at is expected"),
    "a doubled standing release": (
        [again("/sessions/0/summaries/0/releases/1")], "/sessions/0/summaries/0/releases/3/to", "already"),
    "people in not_to without that wish": ([put(f"{SUMMARY}/child_wish", "may_share")], f"{SUMMARY}/not_to", "only when"),
    "that wish without people": ([put(f"{SUMMARY}/not_to", [])], f"{SUMMARY}/child_wish", "not_to"),
    # Home
    "intensity of 11": ([put("/home_updates/0/intensity", 11)], "/home_updates/0/intensity", "0 to 10"),
    "a doubled sharing": (
        [again("/home_updates/1/shared_with/0")], "/home_updates/1/shared_with/1/person", "already"),
    "a doubled mark": ([again("/home_updates/0/marks/0", at=at(13))], "/home_updates/0/marks/1/kind", "already"),
    "a mark made again before it was taken back": (
        [put("/home_updates/0/marks/0/withdrawn_at", at(14)), again("/home_updates/0/marks/0", at=at(13))],
        "/home_updates/0/marks/1/kind", "already"),
    "a mark withdrawn before it was made": (
        [put("/home_updates/0/marks/0/withdrawn_at", at(1))], "/home_updates/0/marks/0/withdrawn_at", "withdrawn before"),
    "an edit in error": (
        [put("/home_updates/0/edits", [{"at": at(9), "body": "b", "entered_in_error": ERROR}])],
        "/home_updates/0/edits/0/entered_in_error", "not known"),
    "an error without a reason": (
        [put("/home_updates/0/entered_in_error", {"by": "tom", "at": at(9)})],
        "/home_updates/0/entered_in_error", "key reason is missing"),
    "a mark with a session about another child": (
        [put("/home_updates/0/marks/0/session", "leo-s1")], "/home_updates/0/marks/0/session", "about another child"),
    "an edit of more than the body that is not whole": (
        [put("/home_updates/0/edits", [{"at": at(9), "body": "b", "where": "shop"}])],
        "/home_updates/0/edits/0", "key observed_at is missing"),
    # What pages write
    "two ways to say who let someone in": (
        [put("/circle/4/consent", CONSENT), put("/circle/4/consents", [CONSENT])], "/circle/4/consents", "not both"),
    "a contact that is none": ([put("/people/0/contact_email", "tom")], "/people/0/contact_email", "not an e-mail"),
    "an explanation to nobody": (
        [put("/explanations", [{"child": "leo", "by": "tom", "at": at(9)}])], "/explanations/0", "key person is missing"),
    "one concern about two children": (
        [put("/named", [NAMED, {**NAMED, "child": "leo"}])], "/named/1/child", "about another child in /named/0"),
    "named ahead": ([put("/named", [{**NAMED, "at": FAR}])], "/named/0/at", "future"),
    "a word twice": ([put("/choices", [WORD, WORD])], "/choices/1/name", "twice"),
    "a word too long": ([put("/choices", [{**WORD, "name": "x" * 81}])], "/choices/0/name", "at most 80"),
    "a late draft": ([put("/sessions/2/notes/1/late", True)], "/sessions/2/notes/1/late", "not signed"),
    "a hash of a draft": (
        [put("/sessions/2/notes/1/signed_sha256", "0" * 64)], "/sessions/2/notes/1/signed_sha256", "not signed"),
    "a hash that is none": ([put(f"{NOTE}/signed_sha256", "0" * 63)], f"{NOTE}/signed_sha256", "64 hexadecimal"),
    "a late process note": ([put(f"{PROCESS}/late", True)], f"{PROCESS}/late", "process note"),
    "a process note by the practice's template": (
        [put(f"{PROCESS}/template_name", "Ours")], f"{PROCESS}/template_name", "process note"),
    "an unknown answer": (
        [put("/sessions/2/notes/1/offered_to", [{"person": "ines", "at": at(15), "answer": {"kind": "maybe", "at": at(16)}}])],
        "/sessions/2/notes/1/offered_to/0/answer/kind", "cosigned, returned"),
    "a section without its text": (
        [drop(f"{NOTE}/body"), put(f"{NOTE}/sections", [{"name": "Plan"}])], f"{NOTE}/sections/0", "key text is missing"),
    "a release against a wish recorded before it": (
        [put(f"{SUMMARY}/wish_recorded", {"by": "tom", "at": at(20)}),
         more(f"{SUMMARY}/releases", {"to": "dan", "at": LATER})],
        f"{SUMMARY}/releases/1", "against the child's wish"),
    "a release against what had been said by then": (
        [put(f"{SUMMARY}/wish_recorded", {"by": "tom", "at": at(20)}),
         put(f"{SUMMARY}/earlier_wishes", [{"child_wish": "nobody", "by": "tom", "at": at(12)}])],
        f"{SUMMARY}/releases/0", "against the child's wish"),
    "an earlier wish without its people": (
        [put(f"{SUMMARY}/earlier_wishes", [{"child_wish": "not_to", "by": "tom", "at": at(12)}])],
        f"{SUMMARY}/earlier_wishes/0/child_wish", "expected in not_to"),
    "an earlier wish by nobody": (
        [put(f"{SUMMARY}/earlier_wishes", [{"child_wish": "not_asked", "at": at(12)}])],
        f"{SUMMARY}/earlier_wishes/0", "key by is missing"),
    "a second error before the first": (
        [put("/home_updates/0/also_in_error", [ERROR])], "/home_updates/0/also_in_error", "expected in entered_in_error"),
    "an update in error twice by one person": (
        [put("/home_updates/0/entered_in_error", ERROR), put("/home_updates/0/also_in_error", [ERROR])],
        "/home_updates/0/also_in_error/0/by", "already"),
    "a release to the young person before their time": (
        [put(f"{SUMMARY}/child_wish", "nobody"), drop(f"{SUMMARY}/not_to"), put("/circle/3/from", LATER),
         put(f"{SUMMARY}/releases/0/to", "maya-login")],
        f"{SUMMARY}/releases/0", "against the child's wish"),
    # Concerns, of which who is named is loaded
    "an unknown risk": ([put("/concerns/0/risk", "some")], "/concerns/0/risk", "imminent"),
    "an unknown person named": ([put("/concerns/0/named/0/person", "x")], "/concerns/0/named/0/person", "No person"),
    "nobody named": ([drop("/concerns/0/named/0/person")], "/concerns/0/named/0", "one of both"),
    "named twice over": ([put("/concerns/0/named/0/name", "Dan")], "/concerns/0/named/0", "one of both"),
    "a disclosure to someone named": (
        [put("/concerns/0/disclosures/0/to", "dan")], "/concerns/0/disclosures/0/to", "named"),
    "a self-confirmed disclosure": ([put("/concerns/0/confirmed_by", "tom")], "/concerns/0/confirmed_by", "second person"),
}  # fmt: skip

# Facts that grant nothing beyond the table, and edges of the rules above.
LOADS: dict[str, list[Edit]] = {
    "signed by someone who is not their therapist": [put(f"{NOTE}/author", "ruth")],
    "a helper without consent who received a summary": [],
    "circle rows that touch": [
        put("/circle/0/until", "2026-06-01T00:00:00+00:00"),
        again("/circle/0", until="2027-01-01T00:00:00Z", **{"from": "2026-05-31T20:00:00-04:00"}),
    ],
    "therapist of one child, family of another": [
        more("/circle", {"child": "leo", "person": "ruth", "role": "helper", "from": at(1)}),
        more("/circle", {"child": "maya", "person": "ruth", "role": "therapist", "from": at(1)}),
    ],
    "a young person who helps with another child": [
        more("/circle", {"child": "leo", "person": "maya-login", "role": "helper", "from": at(1)})
    ],
    "ends ahead": [put("/circle/0/until", FAR), put("/restrictions/0/until", FAR), put("/agreements/0/in_force_from", FAR)],
    "an agreement in force before it is signed": [put("/agreements/0/in_force_from", at(1, 1))],
    "a release against the wish below the age": [
        put("/practice/policy/assent_age", 15), more(f"{SUMMARY}/releases", {"to": "dan", "at": LATER}),
    ],
    "a release an instant before the age": [
        put("/children/0/date_of_birth", "2014-10-12"),
        drop(f"{SUMMARY}/releases"),
        more(f"{SUMMARY}/releases", {"to": "dan", "at": "2026-10-11T23:59:59.999999-04:00"}),
    ],
    "a release on 28 February": [
        put("/children/0/date_of_birth", "2012-02-29"), put("/practice/policy/assent_age", 14),
        drop(f"{SUMMARY}/releases"), more(f"{SUMMARY}/releases", {"to": "dan", "at": "2026-02-28T23:59:59-05:00"}),
    ],
    "a release to the child against its wish": [
        put(f"{SUMMARY}/child_wish", "nobody"), drop(f"{SUMMARY}/not_to"), put(f"{SUMMARY}/releases/0/to", "maya-login"),
    ],
    "an overridden release unasked": [
        put(f"{SUMMARY}/child_wish", "not_asked"), drop(f"{SUMMARY}/not_to"),
        put(f"{SUMMARY}/releases/0/override", {"ground": "safety", "explanation": "x"}),
    ],
    "asked, then shared": [put(f"{SUMMARY}/child_wish", "ask_me"), drop(f"{SUMMARY}/not_to"), put(f"{SUMMARY}/asked_at", at(12))],
    "a disclosure before its reader was named": [
        put("/concerns/0/disclosures/0/to", "dan"), put("/concerns/0/named/0/at", at(25)),
    ],
    "a disclosure after the concern turned out to be in error": [
        put("/concerns/0/disclosures/0/to", "dan"), put("/concerns/0/entered_in_error", {**ERROR, "at": "2026-10-20T19:00:00Z"}),
    ],
    "a note withheld and opened while a draft": [
        put("/sessions/2/notes/1/withheld_from", [{"person": "nell", "reason": "", "by": "tom", "at": at(15)}])
    ],
    "empty lists and texts": [
        put("/restrictions", []), put("/children/0/about_me", ""), put("/sessions/0/attended", []),
        put(f"{PROCESS}/addenda", []), put(f"{NOTE}/sections", {}), put("/circle/0/ref", "row 1"),
    ],
    "offsets as ISO 8601 writes them": [
        put("/circle/0/from", "2026-01-12T09:00-05"), put("/circle/1/from", "2026-01-12T09:00:00.5-0500"),
        put("/circle/2/from", "2026-01-12T09:00:00,25Z"),
    ],
    "a release that went by an earlier wish": [
        put(f"{SUMMARY}/wish_recorded", {"by": "ines", "at": at(20)}), put(f"{SUMMARY}/child_wish", "nobody"),
        drop(f"{SUMMARY}/not_to"),
        put(f"{SUMMARY}/earlier_wishes", [{"child_wish": "may_share", "by": "tom", "at": at(12)}]),
    ],
    "releases that went by three wishes in turn": [
        put(f"{SUMMARY}/earlier_wishes", [
            {"child_wish": "not_asked", "by": "tom", "at": at(11)},
            {"child_wish": "not_to", "not_to": ["dan"], "by": "tom", "at": at(12)},
            {"child_wish": "not_to", "not_to": ["priya"], "by": "tom", "at": at(14)},
            {"child_wish": "ask_me", "asked_at": at(16), "by": "tom", "at": at(16)},
        ]),
        put(f"{SUMMARY}/wish_recorded", {"by": "ines", "at": at(20)}), put(f"{SUMMARY}/child_wish", "nobody"),
        drop(f"{SUMMARY}/not_to"),
        put(f"{SUMMARY}/releases/0/withdrawn_at", at(15)),
        more(f"{SUMMARY}/releases", {"to": "dan", "at": at(15)}, {"to": "priya", "at": at(17)}),
    ],
    "a release of the moment in which the child said otherwise": [
        put(f"{SUMMARY}/earlier_wishes", [{"child_wish": "may_share", "by": "tom", "at": at(11)}]),
        put(f"{SUMMARY}/wish_recorded", {"by": "tom", "at": "2026-10-12T17:30:00-04:00"}),
        put(f"{SUMMARY}/child_wish", "nobody"), drop(f"{SUMMARY}/not_to"),
    ],
    "a word taken off and put back": [put("/choices", [{**WORD, "retired_at": at(2)}, WORD])],
    "sections as an empty list": [put(f"{NOTE}/sections", [])],
    "no lists at all": [drop(f"/{name}") for name in willow() if name not in {"format", "practice"}],
}  # fmt: skip

UNREADABLE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "not JSON"),
    "cut short": (json.dumps(willow()).encode()[:5000], "not JSON"),
    "not UTF-8": (json.dumps(willow()).encode("utf-16"), "not UTF-8 (from byte 0 on)"),
    "Latin-1": (b'{"a": "\xe9"}', "not UTF-8"),
    "nested for ever": (b"[" * 200_000, "nested"),
    "a list": (b"[]", "A list stands here; expected: an object"),
    "a text": (b'"bundle"', "expected: an object"),
    "null": (b"null", "expected: an object"),
    "a number of 5,000 digits": (b"9" * 5_000, "expected: an object"),
}
