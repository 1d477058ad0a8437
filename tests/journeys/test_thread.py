"""The first thread, as each of the people in it meets it: log, write, sign, share, read, post, answer."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitors
from tests.journeys.site import Site, clinical_words
from tests.journeys.visitors import Visitor

pytestmark = pytest.mark.browser

RECORD = ["puppet weather report", "The door has two handles now."]
NOTE = ["Built a harbour from blocks.", "Asks before leaving the room.", "Invite one puppet home."]
ADDENDUM = "Mother telephoned at five about the puppet."
PROCESS = "I felt hurried and want to think about why."
SUMMARY = "Maya found words for leaving a room. At home, let her knock twice."
UPDATE = "She knocked twice and we both laughed."
REPLY = "Two knocks: that is her own idea. Keep it."
TEAM_ONLY = [*RECORD, *NOTE, ADDENDUM, PROCESS]
ALL = [*TEAM_ONLY, SUMMARY, UPDATE, REPLY]


def test_the_first_thread(site: Site, visitor: Visitors) -> None:
    site.arrange(
        "UPDATE accounts_restriction SET ends = starts + interval '1 second'"
    )  # Dan would see what may reach him
    tom, priya = visitor("tom"), visitor("priya", phone=True)
    dan, maya, karin, omar = visitor("dan"), visitor("maya-login", phone=True), visitor("mrs-lund"), visitor("omar")
    log_a_session(tom)
    write_and_sign(tom)
    write_for_oneself(tom)
    summary = share_a_summary(tom)
    read_summary(priya)
    update = post_and_share(priya)
    dan_reads_what_was_shared(dan)
    take_back(priya)
    answer(tom)
    priya.page.reload()
    priya.reads(REPLY, "used in session")
    priya.look()
    assert_not_for_family(priya)
    dan_finds_nothing(dan, summary, update)
    what_maya_sees(maya, summary)
    what_karin_sees(karin, summary, update)
    what_omar_sees(omar, summary, update)
    pages = [url for someone in (tom, priya, dan, maya, karin, omar) for url in someone.looked]
    print(f"{len(pages)} pages looked at, each in two widths and two colour schemes")


def open_maya(someone: Visitor) -> None:
    """From the first page to Maya's."""
    someone.page.goto("/")
    someone.follow(re.compile("^Maya"))
    expect(someone.page.get_by_role("heading", level=1)).to_contain_text("Maya")


def open_session(tom: Visitor) -> None:
    """To the session logged last."""
    open_maya(tom)
    tom.follow(re.compile("^Session"))


def log_a_session(tom: Visitor) -> None:
    tom.reads("Hello Tom Reyes")
    tom.look()
    open_maya(tom)
    tom.look()
    tom.follow("Log a session")
    tom.fill("Other techniques, with commas between them", RECORD[0])
    tom.fill("The child's own words", RECORD[1])
    tom.look()
    tom.press("Log this session")
    tom.reads("The session is logged.", *RECORD)
    tom.look()


def write_and_sign(tom: Visitor) -> None:
    tom.follow("Write a progress note")
    tom.fill("Data", NOTE[0])
    tom.fill("Assessment", NOTE[1])
    tom.look()
    tom.press("Save the draft")
    tom.reads("The draft is saved.")
    open_session(tom)
    tom.reads("draft, not signed")
    tom.follow("DAP")
    expect(tom.page.get_by_label("Data", exact=True)).to_have_value(NOTE[0])
    tom.fill("Plan", NOTE[2])
    tom.press("Go on to sign")
    tom.reads("Once signed, it is read by", "Tom Reyes", "Ines Falk", *NOTE)
    tom.look()
    tom.press("Sign this note")
    tom.reads("The note is signed.", *NOTE)
    tom.fill("Addendum", ADDENDUM)
    tom.look()
    tom.press("Sign and add")
    tom.reads("The addendum is signed and added.", ADDENDUM)
    tom.look()


def write_for_oneself(tom: Visitor) -> None:
    open_session(tom)
    tom.follow("Write a process note")
    tom.reads("Only you can ever read this")
    tom.fill("Process note", PROCESS)
    tom.look()
    tom.press("Save for myself")
    tom.reads("Saved. Only you can ever read it.")
    tom.look()


def share_a_summary(tom: Visitor) -> str:
    """Returns the summary's address."""
    open_session(tom)
    tom.follow("Write a summary")
    tom.fill("Summary", SUMMARY)
    tom.look()
    tom.press("Save, then choose readers")
    tom.reads("Nobody of the family yet.")
    tom.look()
    address = tom.page.url
    tom.follow("Choose readers")
    said = tom.region("What Maya said")
    said.get_by_label("not to some people").check()
    said.get_by_label("Dan Whitlock").check()
    said.get_by_label("I asked about this summary just now").check()
    said.get_by_role("button").click()
    tom.reads("What Maya said is recorded.")
    readers = tom.region("Share with")
    dans, priyas = (readers.get_by_role("listitem").filter(has_text=name) for name in ("Dan Whitlock", "Priya Nair"))
    expect(dans).to_contain_text("not the child's wish")
    expect(priyas).not_to_contain_text("not the child's wish")
    tom.look()
    priyas.get_by_role("checkbox").check()
    tom.press("See it as they will")
    expect(tom.region("As Priya Nair sees it")).to_contain_text(SUMMARY)
    tom.look()
    tom.press("Share with Priya Nair")
    tom.reads("Shared with Priya Nair.", "not read yet")
    tom.look()
    return address


def read_summary(priya: Visitor) -> None:
    priya.look()
    open_maya(priya)
    priya.reads(SUMMARY)
    priya.look()
    priya.follow(SUMMARY)
    priya.reads(SUMMARY, "Tom Reyes")
    priya.look()


def post_and_share(priya: Visitor) -> str:
    """Returns the update's address."""
    open_maya(priya)
    priya.follow("Write an update")
    priya.reads("The care team reads this.")
    priya.page.get_by_label("a win").check()
    priya.fill("What happened?", UPDATE)
    priya.look()
    priya.press("Send to the care team")
    priya.reads("Your update is with Maya's care team.", UPDATE)
    priya.look()
    priya.press("Share with Dan Whitlock")
    priya.reads("Shared with Dan Whitlock.", "reads your words")
    return priya.page.url


def dan_reads_what_was_shared(dan: Visitor) -> None:
    open_maya(dan)
    dan.follow(UPDATE)
    dan.reads(UPDATE, "Priya Nair")
    expect(dan.main).not_to_contain_text("Replies")
    dan.look()


def take_back(priya: Visitor) -> None:
    priya.press("Take back from Dan Whitlock")
    priya.reads("Dan Whitlock no longer sees this update.")


def answer(tom: Visitor) -> None:
    open_maya(tom)
    tom.follow(UPDATE)
    tom.look()
    tom.fill("Reply", REPLY)
    tom.press("Send the reply")
    tom.reads("Your reply is sent.", REPLY)
    tom.tap("Used in session")
    tom.reads("used in session", "Tom Reyes")
    tom.look()


def assert_not_for_family(priya: Visitor) -> None:
    """A parent finds her summary, her update and the answer, and nothing of the record."""
    priya.finds_nowhere(TEAM_ONLY)
    pages = " ".join(priya.everything().values())
    assert all(words in pages for words in (SUMMARY, UPDATE, REPLY))


def dan_finds_nothing(dan: Visitor, *addresses: str) -> None:
    """Not one word of what was not meant for him, on any page; what he may read is there."""
    dan.page.goto("/")
    dan.look()
    open_maya(dan)
    dan.look()
    dan.finds_nowhere([*ALL, "not to some people", "Please let her choose the words", "blue card"])
    dan.reads("Maya is getting quicker at noticing worry early.")
    gone = {
        dan.fetch(address) for address in (*addresses, addresses[0][:-37] + "00000000-0000-4000-8000-000000000000/")
    }
    assert {status for status, _ in gone} == {404}
    assert len(gone) == 1, "what is hidden and what does not exist are the same page"


def what_maya_sees(maya: Visitor, summary: str) -> None:
    """What was released to her; not what was written for her mother, nor anybody's notes."""
    maya.look()
    open_maya(maya)
    maya.reads("Maya is getting quicker at noticing worry early.")
    maya.look()
    maya.follow("Maya is getting quicker")
    maya.look()
    open_maya(maya)
    maya.follow(re.compile("^Session"))
    maya.look()
    maya.finds_nowhere(ALL)
    assert maya.fetch(summary)[0] == 404
    open_maya(maya)
    maya.follow("What was shared about me")
    maya.reads("With you", "With Priya Nair", "not to some people", "read")
    expect(maya.main).not_to_contain_text(SUMMARY)
    maya.look()
    maya.follow("Read the summary")
    expect(maya.region("Who this was shared with")).to_contain_text("With Dan Whitlock")
    maya.look()


def what_karin_sees(karin: Visitor, *addresses: str) -> None:
    """The card, what was released to her, and nothing else."""
    karin.look()
    open_maya(karin)
    karin.reads("Draws foxes.", "For class: Maya may show a blue card")
    karin.look()
    karin.follow("For class")
    karin.look()
    words = [word for word in clinical_words() if "blue card" not in word]
    karin.finds_nowhere([*ALL, *words, "Priya", "Dan Whitlock"])
    assert {karin.fetch(address)[0] for address in addresses} == {404}


def what_omar_sees(omar: Visitor, *addresses: str) -> None:
    """People and circles, and on no page a clinical word or a sign of quiet."""
    omar.look()
    omar.page.get_by_role("navigation").get_by_role("link", name="People").click()
    omar.reads("Dan Whitlock", "dan@family.example")
    omar.look()
    omar.page.get_by_role("navigation").get_by_role("link", name="Circles").click()
    omar.reads("Maya", "harbour-road", "mother")
    omar.look()
    words = [
        word for word in clinical_words() if word != "waiting"
    ]  # what the list of people calls who never signed in
    seen = omar.finds_nowhere([*ALL, *words, "quiet:", "closed:", "concern about", "concerns about"])
    told = {path for path, text in seen.items() if "concern" in text}
    assert all(path.split("?")[0].endswith("/roles/new/") for path in told), "where it says what leads are for"
    assert {"/practice/people/", "/practice/circles/"} <= set(seen)
    assert {omar.fetch(address)[0] for address in addresses} == {404}


def test_what_is_sent_to_someone_quiet_says_so_and_does_not_arrive(site: Site, visitor: Visitors) -> None:
    site.arrange("UPDATE accounts_restriction SET starts = now() - interval '1 hour', ends = NULL")
    tom, dan = visitor("tom"), visitor("dan")
    words = "Both houses may use the two knocks."
    open_session(tom)
    tom.follow("Write a summary")
    tom.fill("Summary", words)
    tom.press("Save, then choose readers")
    tom.follow("Choose readers")
    tom.region("What Maya said").get_by_label("may be shared").check()
    tom.press("Record what was said")
    dans = tom.region("Share with").get_by_role("listitem").filter(has_text="Dan Whitlock")
    expect(dans).to_contain_text("quiet: will not reach them")
    dans.get_by_role("checkbox").check()
    tom.press("See it as they will")
    tom.reads("This will not reach Dan Whitlock, not even later.")
    tom.look()
    tom.press("Share with Dan Whitlock")
    tom.reads("Nothing was shared: someone you chose is quiet at present.")
    tom.problems = [problem for problem in tom.problems if "409" not in problem]  # the browser's own word for a refusal
    tom.page.get_by_label("Send anyway").check()
    tom.press("Share with Dan Whitlock")
    tom.reads("This will not reach Dan Whitlock.", "does not reach them")
    tom.look()
    open_maya(dan)
    dan.reads("Maya is getting quicker at noticing worry early.")
    dan.finds_nowhere([words, *ALL, "is quiet", "not reach", "at present"])
