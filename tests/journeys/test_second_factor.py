"""A second factor in a real browser: an app with codes, a passkey, and the question before a session ends."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.accounts.signing_in import code
from tests.journeys.conftest import Visitors
from tests.journeys.site import PEOPLE, Site
from tests.journeys.visitors import Visitor

pytestmark = pytest.mark.browser

CODE = "Code from your app, or one of your codes on paper"


def test_a_therapist_sets_up_an_app_and_signs_in_with_it(site: Site, visitor: Visitors) -> None:
    site.arrange("UPDATE accounts_account SET factor_waived = false WHERE email = %s", PEOPLE["tom"]["email"])
    tom = visitor("tom", phone=True)
    tom.reads("everything else waits until then")
    tom.look()
    tom.page.goto("/children/")
    expect(tom.page).to_have_url(re.compile("/accounts/factor/$"))
    tom.follow("Set up an app")
    tom.look()
    secret = tom.main.locator(".square code").inner_text()
    tom.fill("Code from your app", "000000")
    tom.press("Use this app")
    tom.reads("Incorrect code.")
    tom.look()
    tom.fill("Code from your app", code(secret))
    tom.press("Use this app")
    tom.reads("shown this once")
    tom.look()
    paper = tom.main.locator(".paper-codes code").all_inner_texts()
    assert len(paper) == 10
    tom.follow("I have them")
    tom.reads("Hello Tom")
    for word in (code(secret, step=1), paper[0]):
        fresh = visitor("tom")
        fresh.reads("Your password was right.")
        fresh.look()
        fresh.fill(CODE, word)
        fresh.press("Sign in")
        fresh.reads("Hello Tom")
    assert "A second factor was added" in site.mails()[-1]


@contextmanager
def device_with_a_finger(someone: Visitor) -> Iterator[None]:
    """Chromium's own pretended authenticator, which finds everybody to be who they are."""
    devtools = someone.context.new_cdp_session(someone.page)
    devtools.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**kind, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    yield
    devtools.send("WebAuthn.disable")


def test_a_parent_signs_in_by_a_passkey_alone(site: Site, visitor: Visitors) -> None:
    priya = visitor("priya")
    with device_with_a_finger(priya):
        priya.page.goto("/account/")
        priya.look()
        priya.follow("Passkeys")
        priya.look()
        priya.follow("Add a passkey")
        expect(priya.page.get_by_text("Passkeys need JavaScript")).to_have_count(0)
        priya.look()
        priya.fill("Name", "My telephone")
        priya.page.get_by_label("It may sign me in by itself, without my password").check()
        priya.press("Make the passkey")
        priya.reads("shown this once")
        priya.page.goto("/accounts/factor/")
        priya.reads("My telephone", "signs you in by itself")
        priya.look()
        priya.page.goto("/accounts/logout/")
        priya.press("Sign out")
        priya.look()
        priya.press("Sign in with a passkey")
        priya.reads("Hello Priya")
        priya.page.goto("/account/sessions/")
        priya.reads("this one")
        priya.look()


def test_a_passkey_that_is_put_off_is_told_plainly(visitor: Visitors) -> None:
    someone = visitor()
    someone.page.add_init_script("navigator.credentials.get = () => Promise.reject(new Error('put off'))")
    someone.page.goto("/accounts/login/")
    someone.tap("Sign in with a passkey")
    expect(someone.main.get_by_role("alert")).to_contain_text("Nothing has changed")
    someone.look()


def test_without_scripts_no_passkey_is_offered_and_everything_else_works(visitor: Visitors) -> None:
    karin = visitor("mrs-lund", script=False)
    karin.page.goto("/accounts/passkeys/add/")
    karin.reads("Passkeys need JavaScript")
    expect(karin.page.get_by_role("button", name="Make the passkey")).to_be_hidden()
    karin.page.goto("/account/")
    karin.fill("Your name", "Karin Lund")
    karin.press("Save")
    karin.reads("Your details are saved.")


def test_before_a_session_ends_somebody_is_asked(visitor: Visitors) -> None:
    """After thirteen minutes of nothing; whoever types is not asked, and the server hears of it once a minute."""
    ines = visitor()
    ines.page.clock.install()
    ines.sign_in("ines")
    ines.reads("Hello Ines")
    notice = ines.page.locator("form.ending")
    expect(notice).to_be_hidden()
    ines.page.clock.fast_forward("13:01")
    expect(notice).to_be_visible()
    ines.look()
    with ines.page.expect_response(re.compile("/stay/")) as stayed:
        ines.tap("Stay signed in")
    assert stayed.value.status == 204
    expect(notice).to_be_hidden()
    ines.page.clock.fast_forward("01:01")
    with ines.page.expect_response(re.compile("/stay/")) as typed:
        ines.page.keyboard.press("Tab")
    assert typed.value.status == 204
    ines.page.clock.fast_forward("12:30")
    expect(notice).to_be_hidden()


def test_a_device_that_others_use_keeps_no_words(visitor: Visitors) -> None:
    joy = visitor()
    joy.page.goto("/accounts/login/")
    joy.page.get_by_label("Other people use this device").check()
    joy.fill("E-mail or log-in name", PEOPLE["joy"]["email"])
    joy.fill("Password", PEOPLE["joy"]["password"])
    joy.press("Sign in")
    joy.page.goto("/account/")
    joy.reads("Other people use it: you are signed out after ten quiet minutes")
    joy.page.goto("/")
    joy.page.get_by_role("link", name=re.compile("Write an update")).first.click()
    expect(joy.main.get_by_role("button", name=re.compile("Send to the care team"))).to_be_visible()
    expect(joy.page.locator("[data-keep]")).to_be_hidden()
