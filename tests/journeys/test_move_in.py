"""An admin moves families in: a file with mistakes, the same corrected, one left out by choice, and what it came to."""

import psycopg
import pytest
from playwright.sync_api import FilePayload, expect

from tests.accounts.moving import NEW, guardian, row, table
from tests.journeys.conftest import Visitors
from tests.journeys.site import PEOPLE, Site
from tests.journeys.visitors import Visitor
from tests.workers import one_round

pytestmark = pytest.mark.browser
NELL = PEOPLE["nell"]
FILE = [
    {**NEW, "therapist_email": PEOPLE["tom"]["email"]},
    row("Obi Okafor", date_of_birth="03/04/2015") | guardian("Ada Okafor", "ada@okafor.example"),
    row("Leos sister") | guardian(NELL["name"], NELL["email"], relationship="mother"),
    row("Ann Lee"),
    row("Ann Lee"),
]


def choose(admin: Visitor, rows: list[dict[str, str]]) -> None:
    """The first page's form."""
    file = FilePayload(name="children.csv", mimeType="text/csv", buffer=table(*rows))
    admin.page.set_input_files("input[type=file]", files=[file])
    admin.press("Check the file")


def database(site: Site) -> str:
    """Its name."""
    return str(psycopg.conninfo.conninfo_to_dict(site.superuser_url)["dbname"])


def test_mistakes_are_corrected_and_families_moved_in(site: Site, visitor: Visitors) -> None:
    """Narrow and wide, light and dark, by axe at each step."""
    admin = visitor("omar")
    admin.page.get_by_role("navigation", name="Main").get_by_role("link", name="Practice").click()
    admin.page.get_by_role("main").get_by_role("link", name="Move in").click()
    admin.look()
    with admin.page.expect_download() as template:
        admin.main.get_by_role("link", name="Download the template").click()
    assert template.value.suggested_filename == "carebridge-move-in.csv"
    choose(admin, [{"child_name": "x"}])
    admin.reads("date_of_birth is not among them")
    admin.look()
    choose(admin, FILE)
    admin.reads(
        "Row 3, date of birth: “03/04/2015” can be read in two ways.", "Row 5 has the same name and birth date."
    )
    expect(admin.page.get_by_label("Bring in row 6")).not_to_be_checked()
    expect(admin.page.get_by_label("Bring in row 3")).to_have_count(0)
    admin.look()
    admin.follow("To correct")
    expect(admin.main.get_by_role("heading", level=2)).to_have_count(1)
    admin.follow("Choose a corrected file")
    admin.reads("is waiting for you")
    choose(admin, [FILE[0], {**FILE[1], "date_of_birth": "2015-04-03"}, *FILE[2:]])
    admin.page.get_by_label("Bring in row 5").uncheck()
    admin.press("Go on with the chosen rows")
    admin.reads("Bring in 3 children?", "No e-mail is sent.")
    admin.look()
    admin.press("Bring in 3 children")
    admin.reads("0 of 3 rows done.")
    admin.look()
    with admin.page.expect_navigation(timeout=120_000):  # the page follows by itself
        one_round(database(site))
    admin.reads("Brought in", "Row 5: left out by you", "Row 6: twice in the file")
    admin.look()
    admin.page.get_by_role("link", name="Circles").first.click()
    admin.reads("Nia Okafor", "Obi Okafor", "Leos sister")
    assert len(site.mails()) == 0
    visitor("tom").reads("Nia Okafor")
    mother = visitor("nell")
    mother.reads("Leos sister")
    mother.finds_nowhere(["Nia Okafor", "Ada Okafor", "Ann Lee", "Move in"])


def test_it_works_without_scripts(site: Site, visitor: Visitors) -> None:
    """How far it is by reloading."""
    admin = visitor("omar", script=False)
    admin.page.goto("/practice/move-in/")
    choose(admin, [row("Uma Diaz")])
    admin.press("Go on with the chosen rows")
    admin.press("Bring in 1 child")
    admin.reads("0 of 1 rows done.")
    one_round(database(site))
    admin.follow("See how far it is")
    admin.reads("Brought in")
