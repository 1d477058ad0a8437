"""At the door: wrong passwords, a new password by mail, and nothing told about who has an account."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitors
from tests.journeys.site import PEOPLE, PRACTICE, Site
from tests.journeys.visitors import Visitor

pytestmark = pytest.mark.browser

REFUSED = "That log-in and that password do not belong together. Check both and try again."
UNKNOWN = "nobody-has-this@family.example"


def try_to_sign_in(someone: Visitor, email: str, password: str) -> str:
    """The page that answers, without what is new in every answer."""
    someone.page.goto("/accounts/login/")
    someone.fill("E-mail or log-in name", email)
    someone.fill("Password", password)
    someone.press("Sign in")
    return unchanging(someone).replace(email, "ADDRESS")


def unchanging(someone: Visitor) -> str:
    """The page without its tokens."""
    return re.sub(r'(name="csrfmiddlewaretoken" value|nonce)="[^"]+"', r"\1", someone.page.content())


def test_a_wrong_password_is_told_plainly_and_the_same_for_an_unknown_address(visitor: Visitors) -> None:
    someone = visitor()
    someone.page.goto("/")
    expect(someone.page).to_have_url(re.compile("/accounts/login/"))
    someone.look()
    known = try_to_sign_in(someone, PEOPLE["priya"]["email"], "not-her-password-2026")
    someone.reads(REFUSED)
    someone.look()
    unknown = try_to_sign_in(someone, UNKNOWN, "not-her-password-2026")
    assert known == unknown
    someone.sign_in("priya")
    someone.reads("Hello Priya Nair")


def test_repeated_wrong_passwords_are_stopped(visitor: Visitors) -> None:
    someone = visitor()
    for number in range(5):
        try_to_sign_in(someone, PEOPLE["joy"]["email"], f"guess-number-{number}-of-many")
        someone.reads(REFUSED)
    try_to_sign_in(someone, PEOPLE["joy"]["email"], "guess-number-6-of-many")
    someone.reads("Too many failed login attempts. Try again later.")
    someone.look()
    someone.sign_in("joy")  # even the right one, for a while
    someone.reads("Too many failed login attempts. Try again later.")
    expect(someone.page).to_have_url(re.compile("/accounts/login/"))


def test_a_new_password_comes_by_mail(site: Site, visitor: Visitors) -> None:
    karin, new = visitor(), "four quiet otters juggling"
    ask_for_a_link(karin, UNKNOWN)
    nobody = unchanging(karin)
    ask_for_a_link(karin, PEOPLE["mrs-lund"]["email"])
    assert unchanging(karin) == nobody, "whether there is an account shows"
    karin.reads("Look into your mail")
    karin.look()
    told, sent = site.mails()
    assert UNKNOWN in told
    assert "no account has it" in told
    (link,) = re.findall(rf"{site.url}\S+", sent)
    nothing_personal_in(told.replace(UNKNOWN, ""))
    nothing_personal_in(sent.replace(PEOPLE["mrs-lund"]["email"], ""))
    karin.page.goto(link)
    karin.reads("Choose a new password")
    assert link.rsplit("-", 1)[1].strip("/") not in karin.page.url, "the key stays out of the address bar"
    karin.look()
    karin.fill("New Password", "short")
    karin.fill("New Password (again)", "short")
    karin.press("Set this password")
    karin.reads("This is too short")
    karin.look()
    karin.fill("New Password", new)
    karin.fill("New Password (again)", new)
    karin.press("Set this password")
    karin.reads("Your password is set")
    karin.look()
    karin.sign_in("mrs-lund")
    karin.reads(REFUSED)
    karin.sign_in("mrs-lund", new)
    karin.reads("Hello Karin Lund")
    changed = site.mails()[-1]
    assert "Subject: Your CareBridge password was changed" in changed
    nothing_personal_in(changed.replace(PEOPLE["mrs-lund"]["email"], ""))
    late = visitor()
    late.page.goto(link)
    late.reads("This link has been used or is too old. Nothing has been changed.")
    late.look()


def ask_for_a_link(someone: Visitor, email: str) -> None:
    """From the sign-in page."""
    someone.page.goto("/accounts/login/")
    someone.follow("Set a new password by mail")
    someone.look()
    someone.fill("Email", email)
    someone.press("Send me a link")


def nothing_personal_in(mail: str) -> None:
    """No name of a child, a therapist or anyone else, nor the practice's."""
    names = [person["name"] for person in PRACTICE["people"]] + [child["name"] for child in PRACTICE["children"]]
    words = {word for name in [*names, PRACTICE["practice"]["name"]] for word in name.split()} - {"Child", "Therapy"}
    found = {word for word in words if re.search(rf"\b{re.escape(word)}\b", mail)}
    assert not found


def test_nobody_signs_up_alone(visitor: Visitors) -> None:
    someone = visitor()
    someone.page.goto("/accounts/signup/")
    someone.reads("One joins CareBridge by an invitation.")
    expect(someone.main.get_by_role("textbox")).to_have_count(0)
    someone.look()
    someone.page.goto("/accounts/login/")
    token = next(c["value"] for c in someone.context.cookies() if c["name"].startswith("csrf-"))
    response = someone.context.request.post(
        "/accounts/signup/",
        form={"email": UNKNOWN, "password1": "four quiet otters juggling", "csrfmiddlewaretoken": token},
    )
    assert "One joins CareBridge by an invitation." in response.text()
    try_to_sign_in(someone, UNKNOWN, "four quiet otters juggling")
    someone.reads(REFUSED)


def test_a_signed_in_person_changes_their_password(site: Site, visitor: Visitors) -> None:
    nell, elsewhere, new = visitor("ines"), visitor("ines", phone=True), "brass kettle under maps"
    nell.page.get_by_role("navigation").get_by_role("link", name="Ines Falk").click()
    nell.reads("Your account")
    nell.look()
    nell.follow("Password")
    nell.reads("Change your password")
    nell.look()
    nell.fill("Current Password", PEOPLE["ines"]["password"])
    nell.fill("New Password", new)
    nell.fill("New Password (again)", new)
    nell.press("Change the password")
    elsewhere.page.goto("/")
    expect(elsewhere.page).to_have_url(re.compile("/accounts/login/"))
    nell.sign_in("ines", new)
    nell.reads("Hello Ines Falk")
    assert "Subject: Your CareBridge password was changed" in site.mails()[-1]
