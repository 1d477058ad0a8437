"""What a password must be, and what it need not."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import Account, Person
from tests.accounts.signing_in import PASSWORD, give_app, give_paper, give_password
from tests.harness import WallClient, signed_in
from tests.people import Willow


def codes(password: str, who: Person | None = None) -> set[str]:
    """Why it is refused."""
    try:
        validate_password(password, who.account if who else None)
    except ValidationError as why:
        return {error.code or "" for error in why.error_list}
    return set()


def test_fifteen_alone_and_twelve_beside_a_factor(willow: Willow) -> None:
    alone, beside = "otter vapour mild"[:15], "otter vapour m"[:12]
    assert codes(alone, willow.priya) == set()
    assert codes(alone[:14], willow.priya) == {"password_too_short"}
    assert codes(beside, willow.priya) == {"password_too_short"}
    give_paper(willow.priya)
    assert codes(beside, willow.priya) == {"password_too_short"}, "paper is no factor of its own"
    give_app(willow.priya)
    assert codes(beside, willow.priya) == set()
    assert codes(beside[:11], willow.priya) == {"password_too_short"}


@pytest.mark.parametrize(
    "good",
    ["four quiet otters juggling", "ñandúes cantando en abril", "xkqvwzjrtpmbndl", "      o t t e r      vapour"],
)
def test_nothing_is_asked_of_its_signs(willow: Willow, good: str) -> None:
    assert codes(good, willow.priya) == set()


@pytest.mark.parametrize(
    "known",
    [
        "passwordpassword", "password12345678", "P@ssw0rdP@ssw0rd", "qwertyuiopasdfgh", "123456789012345", "iloveyouiloveyou",
        "aaaaaaaaaaaaaaaaaaaa", "1qaz2wsx3edc4rfv", "carebridgecarebridge", "sunshine20262026", "abcdefghijklmnopqrst",
    ],
)  # fmt: skip
def test_what_is_tried_first_is_refused(willow: Willow, known: str) -> None:
    """Most of these are long enough, and most are in no list of Django's."""
    assert "password_too_common" in codes(known, willow.priya)


def test_ones_own_name_and_address_do_not_count(willow: Willow) -> None:
    willow.priya.name = "Priyanka Venkatesan"
    willow.priya.save()
    account = willow.priya.account
    account.email = "sweetpeas@example.org"
    account.save()
    for near in ("Priyanka-Venkatesan!", "venkatesan.priyanka1", "xx sweetpeas 2031 q"):
        assert "password_too_similar" in codes(near, willow.priya), near
        assert "password_too_similar" not in codes(near, willow.dan), near
    assert codes("priyanka and four quiet otters", willow.priya) == set()


def test_a_very_long_one_is_looked_at_quickly_and_taken(willow: Willow) -> None:
    assert codes("four quiet otters juggling " * 40, willow.priya) in (set(), {"password_too_common"})


def test_the_page_says_what_counts_and_pasting_works(willow: Willow) -> None:
    give_password(willow.priya)
    client = signed_in(willow.priya)
    page = client.get(reverse("account_change_password")).content.decode()
    assert "At least 15 characters, or 12 if you have a second factor." in page
    assert "onpaste" not in page
    form = {"oldpassword": PASSWORD, "password1": "password12345678", "password2": "password12345678"}
    answer = client.post(reverse("account_change_password"), form).content.decode()
    assert "among the first that somebody would try" in answer
    assert Account.objects.get(pk=willow.priya.pk).check_password(PASSWORD)


def test_a_password_by_mail_is_held_to_ones_name_too(willow: Willow) -> None:
    """Nobody is signed in then; the name is looked up as the person's own."""
    give_password(willow.priya)
    willow.priya.name = "Priyanka Venkatesan"
    willow.priya.save()
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str

    account = willow.priya.account
    key = default_token_generator.make_token(account)
    client = WallClient()
    url = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(account), key])
    asked = client.get(url, follow=True)
    new = {"password1": "Priyanka-Venkatesan!", "password2": "Priyanka-Venkatesan!"}
    answer = client.post(asked.request["PATH_INFO"], new)
    assert "Whoever knows you would try those first" in answer.content.decode()
