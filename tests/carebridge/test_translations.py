"""Every text of ours is marked for translation, stands in the catalogues, and reaches the people who read Spanish."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from uuid import uuid4

import pytest
from babel.messages.pofile import read_po
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Account, Contact, Practice
from accounts.move_in_columns import COLUMNS
from carebridge.lib import messages
from sessions_log.enums import NoteTemplate
from sessions_log.models import HomeUpdate, ProcessNote, ProgressNote, Session, Summary
from tests.accounts.moving import guardian, rounds, row, say_yes, uploaded
from tests.accounts.test_move_in import MISTAKES
from tests.harness import WallClient, signed_in
from tests.people import DAY, NOON, Willow

SPANISH = messages.LOCALE / "es" / "LC_MESSAGES" / "django.po"
SAID_ALOUD = {"alt", "aria-label", "aria-description", "aria-roledescription", "placeholder", "title"}
TRANSLATED = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
UNSAID = re.compile(r"{%\s*comment\b.*?{%\s*endcomment\s*%}|{#.*?#}|{{.*?}}|{%.*?%}", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2,}")
BRAND = "CareBridge"
NAMES = {"Tom", "Priya", "Dan", "Karin", "Sue", "Nell", "Joy", "Maya-Login", "Maya", "Leo"}
WORDS = {"mother", "father", "teacher", "aunt", "grandmother", "maple", "harbour", "mill", "About Maya.", "About Leo."}
TYPED = r"About (Maya|Leo)\.|Practice willow"  # by people, in English words
ABBREVIATIONS = {
    "SOAP",
    "DAP",
    "BIRP",
    "GIRP",
    "EMDR",
    "Plan",
    "Collage",
    "Trauma",
}  # and words that are the same in both

type Form = Mapping[str, object]


class Page(HTMLParser):
    """What a page says: its language, and each piece of text, spoken attributes included, with single spaces."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.language = ""
        self.texts: set[str] = set()
        self.inside: list[str] = []
        self.feed(html)
        self.close()

    def say(self, text: str | None) -> None:
        """Keep a text that has words besides our name."""
        said = " ".join((text or "").split()).removesuffix(f"· {BRAND}").strip(" ·,:")
        if WORD.search(said) and said != BRAND:
            self.texts.add(said)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """The language of the page, and what attributes say."""
        if tag == "html":
            self.language = dict(attrs).get("lang") or ""
        for name, value in attrs:
            if name in SAID_ALOUD:
                self.say(value)
        self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Elements without an end stay inside their parent, which does no harm."""
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Text, but no code."""
        if not {"script", "style"} & set(self.inside[-1:]):
            self.say(data)


# --- The sources and the catalogues -----------------------------------------------------------------------------------


def test_every_text_is_translated_and_none_is_left_over() -> None:
    """`python -m carebridge.lib.messages --extract` brings new texts into the catalogue, empty."""
    assert messages.catalogs() == [SPANISH]
    assert messages.gaps(SPANISH, messages.wanted()) == []


def test_the_texts_are_found_wherever_they_stand() -> None:
    """In a template's tag, attribute and block with its plural; in a form's label, a choice and a message."""
    texts = messages.wanted()
    found = {text.id if isinstance(text.id, str) else text.id[0] for text in texts}
    assert found >= {
        "Search by name", "Share with %(who)s", "%(minutes)s minute", "What happened?", "safeguarding lead",
        "Your reply is sent.",
    }  # fmt: skip


def test_what_a_catalogue_lacks_is_named(tmp_path: Path) -> None:
    """A text missing, empty, in doubt, with a plural form missing, gone from the sources or commented out."""
    texts = messages.wanted()
    po = tmp_path / "es" / "LC_MESSAGES" / "django.po"
    po.parent.mkdir(parents=True)
    spanish = SPANISH.read_text()
    for before, after in (
        ('msgid "Sign in"\nmsgstr "Entrar"\n', ""),
        ('msgstr "Salir"', 'msgstr ""'),
        ('msgid "Summary"', '#, fuzzy\nmsgid "Summary"'),
        ('msgstr[1] "%(minutes)s minutos"', 'msgstr[1] ""'),
    ):
        assert before in spanish
        spanish = spanish.replace(before, after)
    po.write_text(spanish + '\nmsgid "Long gone"\nmsgstr "Ya no"\n\n#~ msgid "Set aside"\n#~ msgstr "Apartado"\n')
    assert sorted(messages.gaps(po, texts)) == [
        f"{po}: fuzzy: 'Summary'",
        f"{po}: not in the sources: 'Long gone'",
        f"{po}: not in the sources: 'Set aside'",
        f"{po}: not translated: '%(minutes)s minute'",
        f"{po}: not translated: 'Sign in'",
        f"{po}: not translated: 'Sign out'",
    ]
    messages.update(po, texts)
    assert sorted(line.split(": ")[1] for line in messages.gaps(po, texts)) == ["fuzzy", *["not translated"] * 3]


def test_the_catalogue_stands_as_extraction_writes_it(tmp_path: Path) -> None:
    """The same texts make the same bytes: sorted, without dates, line numbers or anything of the machine."""
    po = tmp_path / "es" / "LC_MESSAGES" / "django.po"
    po.parent.mkdir(parents=True)
    po.write_text(SPANISH.read_text())
    messages.update(po, messages.wanted())
    assert po.read_text() == SPANISH.read_text()


@pytest.mark.parametrize("path", messages.templates(), ids=lambda path: str(path.relative_to(messages.ROOT)))
def test_no_template_says_a_word_that_is_not_marked(path: Path) -> None:
    """Tags and variables taken out, a template has no text of its own."""
    assert Page(UNSAID.sub(" ", TRANSLATED.sub(" ", path.read_text()))).texts == set()


# --- The pages --------------------------------------------------------------------------------------------------------


def english_left(page: Page) -> set[str]:
    """Our English texts that a page still says, whole or with something filled in, where Spanish has another."""
    with SPANISH.open("rb") as source:
        catalog = read_po(source, locale="es")
    texts = {re.sub(TYPED, "", text) for text in page.texts}
    left = set()
    for entry in catalog:
        for text in forms(entry.id) if entry.id else []:
            literal = [re.escape(piece) for piece in re.split(r"%\(\w+\)s", text)]
            pattern = re.compile(rf"(?<!\w){'.+?'.join(literal)}(?!\w)")
            if not any(pattern.search(spanish) for spanish in forms(entry.string or "")):
                left |= {text for said in texts if pattern.search(said)}
    return left


def forms(text: str | list[str] | tuple[str, ...]) -> Iterator[str]:
    """Singular and plural."""
    yield from [text] if isinstance(text, str) else text


def in_both(
    client: WallClient, url: str, account: Account | None = None, posted: Form | None = None
) -> tuple[Page, Page]:
    """The same page in English and in Spanish, for whoever's account chose it or whose browser asks for it."""
    pages = []
    for language in ("en", "es"):
        if account:
            Account.objects.filter(pk=account.pk).update(language=language)
        headers = {"Accept-Language": "en" if account else language}
        response = client.post(url, posted, headers=headers) if posted is not None else client.get(url, headers=headers)
        assert response.headers["Content-Language"] == language
        pages.append(Page(response.content.decode()))
    return pages[0], pages[1]


def check(english: Page, spanish: Page, names: set[str]) -> None:
    """The Spanish page says nothing in English: no text of ours, and no text that both pages share but names."""
    assert (english.language, spanish.language) == ("en", "es")
    assert english_left(spanish) == set()
    assert {piece for text in english.texts & spanish.texts for piece in text.split(", ")} <= names


def test_a_mother_who_reads_spanish_reads_spanish(willow: Willow) -> None:
    """The home page, a child's, an update's form with its errors, the update with its answers, a page not meant for her."""
    nell, tom, leo = signed_in(willow.nell), signed_in(willow.tom), willow.leo
    new = reverse("update_new", args=[leo.public_id])
    Account.objects.filter(pk=willow.nell.pk).update(language="es")
    posted = {"kind": "win", "body": "Durmió bien.", "observed_at": "2026-11-02T09:00", "form_key": uuid4()}
    assert nell.post(new, posted).status_code == 302
    update = HomeUpdate.objects.get()
    one = [leo.public_id, update.pk]
    tom.post(reverse("update_reply", args=one), {"body": "Gracias.", "form_key": uuid4()})
    tom.post(reverse("update_mark", args=one), {"kind": "seen"})
    read = nell.get(reverse("update", args=one)).content.decode()  # tells once that it was sent
    assert "Su novedad ya está con el equipo terapéutico de Leo." in read
    said = NAMES | WORDS | {"Durmió bien.", "Gracias."}
    hidden = reverse("child", args=[willow.maya.public_id])
    for url in (reverse("home"), reverse("child", args=[leo.public_id]), new, reverse("update", args=one), hidden):
        check(*in_both(nell, url, willow.nell.account), said)
    check(*in_both(nell, new, willow.nell.account, {"kind": "", "body": "", "observed_at": "2027-11-02T09:00"}), said)


def test_a_therapist_who_reads_spanish_reads_spanish(willow: Willow) -> None:
    """Every form of a session and what follows from it, empty, filled and refused."""
    tom, maya, account = signed_in(willow.tom), willow.maya, willow.tom.account
    new = reverse("session_new", args=[maya.public_id])
    facts = {
        "held_at": "2026-11-02T10:00",
        "minutes": 50,
        "child_attended": "on",
        "engagement": 7,
        "affect": "Tranquila.",
    }
    assert tom.post(new, {**facts, "form_key": uuid4()}).status_code == 302
    held = [maya.public_id, Session.objects.get().pk]
    note = {"body": "Texto.", "form_key": uuid4(), "sign": ""}
    assert tom.post(reverse("note_new", args=held) + "?template=free", note).status_code == 302
    assert tom.post(reverse("process_note_new", args=held), {"body": "Texto.", "form_key": uuid4()}).status_code == 302
    assert tom.post(reverse("summary_new", args=held), {"body": "Texto.", "form_key": uuid4()}).status_code == 302
    told = [maya.public_id, Summary.objects.get().pk]
    share = reverse("summary_share", args=told)
    pages = [
        *(reverse(name, args=[maya.public_id]) for name in ("child", "session_new")),
        *(reverse(name, args=held) for name in ("session", "note_new", "process_note_new", "summary_new")),
        *(reverse("note_new", args=held) + f"?template={template}" for template in NoteTemplate.values),
        reverse("note", args=[maya.public_id, ProgressNote.objects.get().pk]),
        reverse("process_note", args=[maya.public_id, ProcessNote.objects.get().pk]),
        *(reverse(name, args=told) for name in ("summary", "summary_edit", "summary_share")),
    ]
    said = NAMES | WORDS | ABBREVIATIONS | {"Texto.", "Tranquila."}
    tom.get(reverse("session", args=held))  # messages are told once
    for url in pages:
        check(*in_both(tom, url, account), said)
    dan = {"readers": [str(willow.dan.public_id)]}
    for url, posted in (
        (new, {"held_at": "2027-01-01T10:00", "minutes": "0", "engagement": "x"}),
        (reverse("note_new", args=held) + "?template=free", {"sign": "", "form_key": uuid4()}),
        (reverse("summary_wish", args=told), {"kind": "not_to"}),
        (share, {}),
        (share, dan),
        (share, {**dan, "confirmed": "1"}),
    ):
        check(*in_both(tom, url, account, posted), said)


def test_a_young_person_who_reads_spanish_reads_spanish(willow: Willow) -> None:
    """What was shared about them, before and after: against their wish, unasked, and with themselves."""
    maya, tom, about = signed_in(willow.maya_login), signed_in(willow.tom), willow.maya
    own, account = reverse("shared", args=[about.public_id]), willow.maya_login.account
    said = NAMES | WORDS | {"Texto."}
    check(*in_both(maya, own, account), said)
    facts = {"held_at": "2026-11-02T10:00", "minutes": 50, "child_attended": "on", "form_key": uuid4()}
    assert tom.post(reverse("session_new", args=[about.public_id]), facts).status_code == 302
    held = [about.public_id, Session.objects.get().pk]
    for wish in ("nobody", "not_asked"):
        assert tom.post(reverse("summary_new", args=held), {"body": "Texto.", "form_key": uuid4()}).status_code == 302
        told = [about.public_id, Summary.objects.get(releases=None).pk]
        assert tom.post(reverse("summary_wish", args=told), {"kind": wish}).status_code == 302
        readers = [str(who.public_id) for who in (willow.dan, willow.maya_login)]
        form = {"readers": readers, "confirmed": "1", "ground": "safety", "explanation": "Texto."}
        shown = tom.post(reverse("summary_share", args=told), {"readers": readers}).content.decode()
        seen = re.search(r'name="previewed" value="([^"]+)"', shown)
        assert seen
        assert tom.post(reverse("summary_share", args=told), {**form, "previewed": seen[1]}).status_code == 302
        for url in (own, reverse("summary", args=told), reverse("child", args=[about.public_id])):
            check(*in_both(maya, url, account), said)


def test_an_admin_who_reads_spanish_reads_spanish(willow: Willow) -> None:
    """People and circles; what a search does not find; a person, and what can be done about them."""
    omar, account = signed_in(willow.omar), willow.omar.account
    told = NAMES | WORDS | {text for who in willow.people.values() for text in (who.name, who.account.email or "")}
    for name in ("people", "circles"):
        check(*in_both(omar, reverse(name), account), told | {"no"})
        check(*in_both(omar, reverse(name), account, {"q": "zz"}), {"Omar"})
    Practice.objects.filter(pk=willow.practice.pk).update(name="Willow")
    told |= {"Willow", willow.tom.initials}
    acts = ("role_add", "supervisor_add", "person_deactivate", "person_sign_out", "factor_reset")
    for name in ("person", *acts):
        check(*in_both(omar, reverse(name, args=[willow.tom.public_id]), account), told)
    for name in acts[:3]:
        check(*in_both(omar, reverse(name, args=[willow.tom.public_id]), account, {}), told)
    for name in ("home", "practices"):
        check(*in_both(omar, reverse(name), account), told)


def test_the_office_reads_spanish(willow: Willow) -> None:
    """Settings, the trail with every act on it, profiles, the page about the practice, and the operator's register."""
    from accounts.audit_words import WORDS as ACTS
    from accounts.models import AuditEvent, OperatorAccess, StaffProfile

    omar, tom = willow.omar, willow.tom
    StaffProfile.objects.create(practice=willow.practice, person=tom, body="Juego.", training="Leeds.")
    told = (
        NAMES
        | WORDS
        | {"Omar", "Ines", "Ruth", "Otto", "Practice willow", "Juego.", "Leeds.", "English", "Español", "CareBridge"}
    )
    for name in ("practice", "details", "policy"):
        check(*in_both(signed_in(omar), reverse(name), omar.account), told)
    wrong = {"name": "", "time_zone": "x", "reply_within_hours": "0"}
    check(*in_both(signed_in(omar), reverse("details"), omar.account, wrong), told | {"x"})
    ages = {"assent_age": "8", "majority_age": "14", "guardian_access": "summaries_only", "notes_due_hours": "72"}
    check(*in_both(signed_in(omar), reverse("policy"), omar.account, ages), told | {"→"})
    check(*in_both(signed_in(tom), reverse("my_profile"), tom.account), told)
    for url in (reverse("profile", args=[tom.public_id]), reverse("about_practice", args=[willow.practice.public_id])):
        check(*in_both(signed_in(willow.nell), url, willow.nell.account), told)
    for action in ACTS:
        AuditEvent.objects.create(action=action, practice_id=willow.practice.pk, person_id=tom.pk)
    for query in ("", "?before=2026-11-02T11:59:59-05:00_00000000-0000-4000-8000-000000000000"):
        url = reverse("trail") + query
        _english, spanish = in_both(signed_in(willow.ruth), url, willow.ruth.account)
        assert english_left(spanish) == set()
    OperatorAccess.objects.create(person=omar, reason="12", starts=NOON, ends=NOON + DAY / 12)
    for name in ("index", "accounts_practice_add", "accounts_account_find"):
        assert english_left(in_both(signed_in(omar), reverse(f"operator:{name}"), omar.account)[1]) == set()


def test_an_admin_who_moves_in_reads_spanish(willow: Willow) -> None:
    """The first page with its errors, a file with every mistake and doubt, the yes, how far it is, and what it came to."""
    omar, account = signed_in(willow.omar), willow.omar.account
    head = {column for column in COLUMNS if column in {"child_name", "date_of_birth", "therapist_email"}}
    head |= {"pronouns", "about_me", "guardian_1_…", "guardian_2_…", "…_authority", "…_household"}
    willow.practice.name = "Willow"
    willow.practice.save()
    head |= {str(number) for number in range(50)} | NAMES | {account.email or "", "Willow", "Omar", "Otto"}
    first = reverse("move_in")
    check(*in_both(omar, first, account), head)
    for refused in ({}, {"file": SimpleUploadedFile("a.csv", b"")}, {"file": SimpleUploadedFile("a.csv", b"x\n")}):
        check(*in_both(omar, first, account, refused), head)
    maya = {"child_name": "Maya", "date_of_birth": "2012-05-14"}
    wrong = [{**row("Lou"), **cells} for cells, _ in MISTAKES]
    otto = row("Zed") | guardian("Otto", Contact.objects.get(person=willow.otto).email, relationship="father")
    move = uploaded(omar, *wrong, row("Ann"), row("Ann"), maya, otto)
    said = head | {cell for cells in [*wrong, maya, otto, row("Ann")] for cell in cells.values()}
    said |= {"Lou\N{REPLACEMENT CHARACTER}naD", "Lou\N{REPLACEMENT CHARACTER}", "x" * 201}
    pages = [reverse(name, args=[move.pk]) for name in ("move_in_file", "move_in_start")]
    for url in pages:
        check(*in_both(omar, url, account), said)
    say_yes(omar, move)
    check(*in_both(omar, pages[0], account), said)
    rounds()
    check(*in_both(omar, pages[0], account), said)
    check(*in_both(omar, first, account), said)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["account_login", "account_reset_password", "account_reset_password_done", "account_signup", "account_inactive"]
)  # fmt: skip
def test_the_way_in_speaks_the_browsers_language(name: str) -> None:
    """Before anyone is known, the browser says which; labels of the sign-in package are Spanish too."""
    check(*in_both(WallClient(), reverse(name)), set())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "posted"),
    [
        ("account_login", {"login": "", "password": ""}),
        ("account_login", {"login": "nobody@example.org", "password": "not the right one"}),
        ("account_reset_password", {"email": "no address"}),
    ],
)
def test_errors_on_the_way_in_are_spanish(name: str, posted: dict[str, str]) -> None:
    """Refused sign-ins and unusable addresses."""
    check(*in_both(WallClient(), reverse(name), posted=posted), set())


def test_pages_of_ones_own_account_are_spanish(willow: Willow) -> None:
    """Changing one's password, with everything that can be wrong with one, and signing out."""
    account = willow.nell.account
    account.set_password("correct horse battery staple")
    account.save()
    nell = signed_in(willow.nell)
    change = reverse("account_change_password")
    for url in (change, reverse("account_logout"), reverse("account_reauthenticate")):
        check(*in_both(nell, url, account), NAMES)
    wrong = {"oldpassword": "wrong", "password1": "password", "password2": "other"}
    check(*in_both(nell, change, account, wrong), NAMES)
