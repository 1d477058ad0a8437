"""An admin ties a parent from a later day and takes it back; hands a therapist's children over at noon; the family is told."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitors
from tests.journeys.site import Site

pytestmark = pytest.mark.browser
ZONE = ZoneInfo("America/New_York")
AHEAD = datetime.now(ZONE) + timedelta(days=30)
NOON = AHEAD.replace(hour=12, minute=0, second=0, microsecond=0)
# Time goes by: whatever was planned for that noon begins now.
COMES = (
    "UPDATE accounts_circlerow SET ends = %s WHERE ends = %s",
    "UPDATE accounts_circlerow SET starts = %s WHERE starts = %s",
    "UPDATE accounts_circlechange SET effective = %s WHERE effective = %s",
    "UPDATE accounts_notice SET told_at = %s WHERE told_at = %s",
)


def test_a_parent_from_a_later_day_and_taken_back(site: Site, visitor: Visitors) -> None:
    """Looked at before it is saved, narrow and wide, light and dark, by axe at each step."""
    admin = visitor("omar")
    admin.page.get_by_role("navigation", name="Main").get_by_role("link", name="Circles").click()
    admin.look()
    admin.follow("Maya")
    admin.reads("Maya: the circle", "Tom Reyes", "Household maple-street", "Karin Lund", "Nothing is planned")
    admin.look()
    admin.follow("Tie somebody")
    admin.look()
    admin.page.get_by_label("a parent or guardian").check()
    admin.fill("Name", "Gwen Hale")
    admin.fill("E-mail", "gwen@family.example")
    admin.page.get_by_label("informed: may be told, may not sign").check()
    admin.fill("What they are to the child", "step-mother")
    admin.fill("Household", "Harbour-Road")
    admin.page.get_by_label("from a later day").check()
    admin.fill("From this day", f"{AHEAD:%Y-%m-%d}")
    admin.fill("What it rests on", "order of 3 March, seen by Ruth")
    admin.look()
    admin.press("See what it means")
    admin.reads(
        "Tie Gwen Hale to Maya?", "Nothing is saved yet.", "Dan Whitlock and Priya Nair will see Gwen Hale's name",
        "one household (harbour-road)", "order of 3 March, seen by Ruth",
    )  # fmt: skip
    admin.look()
    admin.press("Go back and change it")
    expect(admin.page.get_by_label("Name", exact=True)).to_have_value("Gwen Hale")
    admin.press("See what it means")
    admin.press("Tie Gwen Hale to Maya")
    admin.reads("Saved: Gwen Hale stands in the circle.")
    expect(admin.region("Planned")).to_contain_text("Gwen Hale: parent or guardian")
    expect(admin.region("History")).to_contain_text("Added: Gwen Hale")
    admin.look()
    admin.follow("Take back")
    admin.look()
    admin.press("Take the plan back")
    expect(admin.region("Planned")).to_contain_text("Nothing is planned")
    expect(admin.region("History")).to_contain_text("taken back before it began")


def test_hand_over_at_noon(site: Site, visitor: Visitors) -> None:
    """Until noon Tom treats Maya; from then on Ruth does, and Tom's open page is gone with the next tap. Priya is told."""
    tom = visitor("tom")
    tom.page.get_by_role("navigation", name="Main").get_by_role("link", name="Children").click()
    tom.follow("Maya")
    maya = tom.page.url
    admin = visitor("omar")
    admin.page.goto("/practice/circles/")
    admin.follow("Hand over")
    admin.look()
    admin.follow("Tom Reyes")
    admin.page.get_by_label("To whom").select_option(label="Ruth Adeyemi")
    admin.page.get_by_label("from a later moment").check()
    admin.fill("From this moment", f"{NOON:%Y-%m-%dT%H:%M}")
    admin.fill("What it rests on", "Tom leaves")
    admin.look()
    admin.press("See what it means")
    admin.reads(
        "Hand over from Tom Reyes to Ruth Adeyemi?", "noon", "2 children go over", "their own notes and drafts included"
    )
    admin.look()
    admin.press("Hand 2 children over to Ruth Adeyemi")
    admin.reads("Saved: 2 of Tom Reyes's children go to Ruth Adeyemi.", "2 children from Tom Reyes to Ruth Adeyemi")
    admin.look()
    assert tom.fetch(maya)[0] == 200
    mother = visitor("priya", phone=True)
    mother.finds_nowhere(["Ruth"])
    now = datetime.now(ZONE)
    for statement in COMES:
        site.arrange(statement, now, NOON)
    tom.page.reload()
    assert tom.fetch(maya)[0] == 404
    mother.page.goto("/")
    mother.reads("You were told", "Ruth Adeyemi is Maya's therapist. Until then it was Tom Reyes.")
    mother.look()
    mother.follow("All notices")
    mother.reads("new", "Ruth Adeyemi is Maya's therapist.")
    mother.look()
    mother.page.goto("/")
    expect(mother.main).not_to_contain_text("You were told")
    mother.page.goto(maya)
    mother.reads("Ruth Adeyemi is Maya's therapist. Until then it was Tom Reyes.")
    ruth = visitor("ruth")
    ruth.page.goto(maya)
    ruth.reads("Maya")
    ruth.follow("The circle")
    ruth.reads("Handed over: Ruth Adeyemi", "Tom leaves")
    ruth.look()
    tom.problems.clear()  # the browser's own word for the page that was refused


def test_it_works_without_scripts(site: Site, visitor: Visitors) -> None:
    """A helper, by the child's therapist; short access, by the lead."""
    lead = visitor("ruth", script=False)
    lead.page.goto("/practice/circles/")
    lead.follow("Leo")
    lead.follow("Give short access")
    lead.page.get_by_label("Who is given access").select_option(label="Ines Falk")
    lead.fill("For how many hours", "2")
    lead.fill("Why", "Tom is ill")
    lead.press("See what it means")
    lead.press("Give Ines Falk access")
    lead.reads("short access", "Tom is ill")
