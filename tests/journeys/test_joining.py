"""Coming in: an admin invites a parent, whose mail leads to a password and home; a young person's card does it on a phone."""

import re

import psycopg
import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitors
from tests.journeys.site import PRACTICE, Site
from tests.journeys.visitors import Visitor
from tests.workers import mail_log_ins

pytestmark = pytest.mark.browser
WORDS = "four quiet otters juggling"


def post_goes_out(site: Site) -> str:
    """One round of the worker. Returns the newest mail."""
    mail_log_ins(str(psycopg.conninfo.conninfo_to_dict(site.superuser_url)["dbname"]), site)
    return site.mails()[-1]


def link_in(mail: str, site: Site) -> str:
    """The one link of a mail."""
    (link,) = re.findall(rf"{site.url}\S+", mail)
    return str(link)


def choose(someone: Visitor, words: str = WORDS) -> None:
    """A password, twice."""
    someone.fill("Password", words)
    someone.fill("The same password again", words)


def test_an_invited_parent_comes_in(site: Site, visitor: Visitors) -> None:
    """Narrow and wide, light and dark, by axe at each step; the mail names no child."""
    admin = visitor("omar")
    admin.page.get_by_role("navigation", name="Main").get_by_role("link", name="Invitations").click()
    admin.look()
    admin.follow("Invite somebody")
    admin.look()
    expect(admin.page.get_by_role("group", name="What do they work as?")).to_be_visible()
    admin.page.get_by_label("a parent or guardian").check()
    expect(admin.page.get_by_role("group", name="What do they work as?")).to_be_hidden()
    admin.fill("Name", "Uma Okafor")
    admin.fill("E-mail", "uma@okafor.example")
    admin.press("Send the invitation")
    admin.reads("Uma Okafor is invited.", "waits to be sent")
    admin.look()
    mail = post_goes_out(site)
    assert "Subject: You are invited to CareBridge" in mail
    assert "Omar" in mail
    assert not any(child["name"].split()[0] in mail for child in PRACTICE["children"])
    admin.page.reload()
    admin.reads("sent")
    uma = visitor(phone=True)
    uma.page.goto(link_in(mail, site))
    uma.reads("invites you.")
    expect(uma.page.get_by_label("Your address")).to_have_value("uma@okafor.example")
    uma.look()
    uma.fill("Password", "short")
    uma.fill("The same password again", "shorter")
    uma.press("Set the password and join")
    uma.reads("two different passwords")
    uma.look()
    choose(uma)
    uma.press("Set the password and join")
    uma.reads("Hello Uma Okafor", "You have joined")
    uma.finds_nowhere([child["name"] for child in PRACTICE["children"]])
    late = visitor()
    late.page.goto(link_in(mail, site))
    late.reads("This link opens nothing")
    late.look()
    uma.page.goto(link_in(mail, site))
    uma.reads("This link opens nothing")
    admin.page.goto("/practice/invitations/?show=accepted")
    admin.reads("Uma Okafor")


def test_somebody_elses_link_asks_to_sign_out(site: Site, visitor: Visitors) -> None:
    admin = visitor("omar")
    admin.page.goto("/practice/invitations/new/")
    admin.page.get_by_label("a helper, such as a teacher").check()
    admin.fill("Name", "Hal Hartog")
    admin.fill("E-mail", "hal@hartog.example")
    admin.press("Send the invitation")
    link = link_in(post_goes_out(site), site)
    admin.page.goto(link)
    admin.reads("This link is for another account")
    admin.look()
    admin.page.get_by_role("main").get_by_role("button", name="Sign out").click()
    admin.reads("Choose a password.")
    expect(admin.page).to_have_url(link)


def test_a_young_person_comes_in_by_a_card(site: Site, visitor: Visitors) -> None:
    """Leo, in the room with Tom, on a phone; the card is printed alone; later the password is forgotten."""
    tom, leo = visitor("tom"), visitor(phone=True)
    tom.page.get_by_role("main").get_by_role("link", name=re.compile("^Leo")).first.click()
    tom.follow("A log-in of their own")
    tom.look()
    tom.fill("How they are called here", "Leo")
    tom.press("Make the card")
    tom.reads("The card is ready")
    tom.look()
    code = tom.page.locator(".ticket-code").inner_text()
    tom.page.emulate_media(media="print")
    for hidden in ("The card is ready", "Print the card", "Menu"):
        for each in tom.page.get_by_text(hidden).all():
            expect(each).to_be_hidden()
    expect(tom.page.locator(".ticket")).to_be_visible()
    tom.page.emulate_media(media="screen")
    leo.page.goto(f"/join/card/?code={code.replace(' ', '')}")
    leo.look()
    leo.press("Go on")
    leo.reads("It is yours alone")
    leo.look()
    name = leo.page.get_by_label("Log-in name").input_value()
    choose(leo)
    leo.press("Make my log-in")
    leo.reads("Hello Leo")
    expect(leo.page.get_by_role("link", name="Leave now")).to_be_visible()
    leo.page.goto("/accounts/logout/")
    leo.press("Sign out")
    leo.fill("E-mail or log-in name", name)
    leo.fill("Password", WORDS)
    leo.press("Sign in")
    leo.reads("Hello Leo")
    tom.page.goto(tom.page.url)
    tom.reads("Password forgotten?")
    tom.look()
    tom.page.get_by_label("They asked for it, and they are here with me").check()
    tom.press("Make a new card")
    again = visitor(phone=True, script=False)
    again.page.goto("/join/card/")
    again.fill("The code on your card", tom.page.locator(".ticket-code").inner_text().lower())
    again.press("Go on")
    expect(again.page.get_by_label("Log-in name")).to_have_value(name)
    choose(again, WORDS + " daily")
    again.press("Set this password")
    again.reads("Hello Leo")
    leo.page.goto("/")
    expect(leo.page).to_have_url(re.compile("/accounts/login/"))
    assert not [mail for mail in site.mails() if "Leo" in mail]
