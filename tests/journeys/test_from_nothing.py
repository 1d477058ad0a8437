"""A practice from nothing: the operator founds it, its admin lets a therapist and two separated parents in, the therapist ties
them to the child, and a parent's first update reaches the therapist and not the other parent."""

import re
import subprocess
import sys

import psycopg
import pytest

from carebridge.lib import servers
from tests.accounts.signing_in import code
from tests.journeys.conftest import Visitors
from tests.journeys.site import Site, environment, real_urls
from tests.journeys.test_joining import choose, link_in, post_goes_out
from tests.journeys.visitors import Visitor
from tests.servers_plugin import ROOT

pytestmark = pytest.mark.browser
WORDS = "nine patient herons knitting"
ADDRESS, THERAPIST, MOTHER, FATHER = (f"{name}@oak.example" for name in ("ana", "rosa", "inma", "pau"))


def in_a_terminal(site: Site, *words: str) -> None:
    """One of the operator's commands, as the operator's database role."""
    ours = servers.urls_for(str(psycopg.conninfo.conninfo_to_dict(site.superuser_url)["dbname"]), real_urls())
    env = environment({key: ours[key] for key in ("DATABASE_URL", "DATABASE_OPERATOR_URL")})
    env["CAREBRIDGE_OPERATOR_PASSWORD"] = WORDS
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)


def set_up_an_app(someone: Visitor) -> None:
    """What staff cannot go on without."""
    someone.reads("everything else waits until then")
    someone.follow("Set up an app")
    someone.fill("Code from your app", code(someone.main.locator(".square code").inner_text()))
    someone.press("Use this app")
    someone.follow("I have them")


def comes_in(someone: Visitor, site: Site, address: str, *, staff: bool = False) -> None:
    """By the mail that went to the address."""
    post_goes_out(site)
    (mail,) = [mail for mail in site.mails() if f"To: {address}" in mail and "You are invited" in mail][-1:]
    assert "Nil" not in mail  # the child
    someone.page.goto(link_in(mail, site))
    choose(someone)
    someone.press("Set the password and join")
    if staff:
        set_up_an_app(someone)


def invites(someone: Visitor, kind: str, name: str, address: str) -> None:
    """From the admin's page."""
    someone.page.goto("/practice/invitations/new/")
    someone.page.get_by_label(kind, exact=True).check()
    if kind == "a colleague":
        someone.page.get_by_label("therapist", exact=True).check()
    someone.fill("Name", name)
    someone.fill("E-mail", address)
    someone.press("Send the invitation")
    someone.reads(f"{name} is invited.")


def ties(someone: Visitor, name: str, address: str, household: str) -> None:
    """A parent whom the practice knows by their address."""
    someone.follow("Tie somebody")
    someone.page.get_by_label("a parent or guardian").check()
    someone.page.get_by_label("someone the practice knows, by e-mail").check()
    someone.fill("Their e-mail address, in full", address)
    someone.page.get_by_label("full: holds a parent's rights; may sign, consent and receive").check()
    someone.fill("Household", household)
    someone.fill("What it rests on", "custody agreement of 2 May, seen by Rosa")
    someone.press("See what it means")
    someone.reads("Nothing is saved yet.")
    # Whoever is no admin reads the name of somebody the practice knows once they are in the circle, and not before.
    someone.press(f"Tie {address} to Nil Serra")
    someone.reads(f"Saved: {address} stands in the circle.", name)


def test_a_practice_from_nothing(site: Site, visitor: Visitors) -> None:
    in_a_terminal(site, "operator", "olga@host.example", "--name", "Olga")
    in_a_terminal(site, "operator_access", "olga@host.example", "--reason", "a new practice")
    olga = visitor()
    olga.page.goto("/accounts/login/")
    olga.fill("E-mail or log-in name", "olga@host.example")
    olga.fill("Password", WORDS)
    olga.press("Sign in")
    set_up_an_app(olga)
    olga.follow("Open the register of practices and accounts")
    olga.page.goto("/operator/accounts/practice/add/")
    for name, words in (
        ("name", "Oak House"), ("ref", "oak-house"), ("admin_name", "Ana Ruiz"), ("admin_email", ADDRESS),
    ):  # fmt: skip
        olga.page.locator(f"[name={name}]").fill(words)
    olga.page.locator("[name=time_zone]").select_option("Europe/Madrid")
    with olga.page.expect_navigation():
        olga.page.locator(".submit-row input").click()
    ana = visitor()
    comes_in(ana, site, ADDRESS, staff=True)
    invites(ana, "a colleague", "Rosa Vidal", THERAPIST)
    invites(ana, "a parent or guardian", "Inma Soler", MOTHER)
    invites(ana, "a parent or guardian", "Pau Serra", FATHER)
    rosa, inma, pau = visitor(), visitor(phone=True), visitor()
    comes_in(rosa, site, THERAPIST, staff=True)
    comes_in(inma, site, MOTHER)
    comes_in(pau, site, FATHER)
    inma.reads("your practice still has to connect you")
    ana.page.goto("/practice/children/new/")
    ana.fill("Name", "Nil Serra")
    ana.fill("Date of birth", "2018-03-04")
    ana.press("Make the card")
    ana.follow("Tie somebody")
    ana.page.get_by_label("a therapist", exact=True).check()
    ana.page.get_by_label("Which therapist").select_option(label="Rosa Vidal")
    ana.fill("What it rests on", "intake of this week")
    ana.press("See what it means")
    ana.press("Tie Rosa Vidal to Nil Serra")
    rosa.page.goto("/")
    rosa.follow(re.compile("^Nil"))
    rosa.page.goto(rosa.page.url + "circle/")
    ties(rosa, "Inma Soler", MOTHER, "oak-street")
    ties(rosa, "Pau Serra", FATHER, "mill-lane")
    rosa.look()
    inma.page.goto("/")
    inma.follow(re.compile("^Nil"))
    inma.follow("Write an update")
    inma.page.get_by_label("a worry").check()
    inma.fill("What happened?", "He hid under the table again.")
    inma.press("Send to the care team")
    inma.reads("Your update is with Nil Serra's care team.")
    rosa.page.goto("/")
    rosa.reads("He hid under the table again.")
    pau.finds_nowhere(["He hid under the table again."])
