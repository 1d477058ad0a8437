"""Which words the pages of the office show: settings, trail and its export, profiles, the page about a practice. Only what each
may read, and no clinical word (worked case 6)."""

from django.urls import reverse

from accounts.models import AuditEvent
from tests.guards.browsing import read_all
from tests.guards.sentinels import assert_no_sentinel_in_the_audit, titled_with_names, words_of
from tests.harness import signed_in
from tests.people import DAY, NOON
from tests.worlds import COLLEAGUES, EVERYBODY, READERS, Rich

# People, children, practices, profiles, words to tap; contacts and accounts only where one looks after people.
SAID = {"p_", "c_", "w_", "f_", "v_"}
STAFF = COLLEAGUES | {"stella"}  # who read their practice's words to tap


def busy(world: Rich) -> None:
    """Everyone did something about every child, and was named as whom it was about."""
    for name in EVERYBODY:
        who = world.person(name)
        for child in world.children.values():
            values = {"practice_id": child.practice_id, "person_id": who.pk, "at": NOON - DAY, "shown": [who.public_id]}
            for action in ("sign_in", "circle_changed", "short_access_given", "note_read", "people_read"):
                about = child.pk if action != "sign_in" else None
                AuditEvent.objects.create(action=action, child_id=about, **values)


def pages(world: Rich) -> list[str]:
    """Every page of the office, whoever it is for."""
    plain = [
        reverse(name) for name in ("practice", "details", "policy", "trail", "my_profile", "choices", "my_practices")
    ]
    practices = [world.children[child].practice.public_id for child in ("maya", "ada")]
    plain += [reverse("about_practice", args=[practice]) for practice in practices]
    plain += [reverse("profile", args=[world.person(name).public_id]) for name in ("tom", "hugo", "stella")]
    filters = [f"person={world.person(name).public_id}" for name in ("priya", "dan", "carl", "adam")]
    filters += [f"child={child.public_id}" for child in world.children.values()]
    return plain + [f"{reverse('trail')}?{each}" for each in filters]


def test_the_pages_of_the_office_show_each_what_they_may_read(world: Rich) -> None:
    busy(world)
    for who in sorted(EVERYBODY):
        client = signed_in(world.person(who))
        said = [(url, read_all(client, url)[1]) for url in pages(world)]
        said.append(("export", client.post(reverse("trail_export"), {}).content.decode()))
        for url, text in said:
            found = words_of(text)
            assert not [row for row, _ in found if who not in READERS.get(row, STAFF)], (who, url)
            assert not [row for row, _ in found if row[:2] not in SAID], (who, url)
            assert url == "export" or not titled_with_names(text), (who, url)
    assert_no_sentinel_in_the_audit()


def test_there_was_something_to_leak(world: Rich) -> None:
    """Ruth, lead, finds Maya and Priya on the trail; Abel, admin and of Leo's family, finds Maya, and neither Leo
    nor when Leo's mother was here."""
    busy(world)
    rows = {row for row, _ in words_of(signed_in(world.cast.ruth).post(reverse("trail_export"), {}).content.decode())}
    assert {"p_priya", "c_maya", "p_dan", "c_leo", "p_nell"} <= rows
    text = signed_in(world.person("abel")).post(reverse("trail_export"), {}).content.decode()
    rows = {row for row, _ in words_of(text)}
    assert {"p_priya", "c_maya"} <= rows
    assert "c_leo" not in rows
    assert not [line for line in text.splitlines() if "sign_in" in line and ("p_nell", "name") in words_of(line)]
