"""The first page, and what came from home to a therapist."""

from typing import Any

from django.db.models import Q

from accounts.models import CircleRow, Membership, Notice, Person
from sessions_log.models import HomeUpdate, Look, Mark, Release, Reply, Session, Sharing
from tests.guards.sentinels import Words
from tests.guards.shown.page import THERAPIST, Page
from tests.guards.shown.practice import BARRED, PRACTICE_PAGES
from tests.guards.shown.summaries import released
from tests.guards.shown.updates import taken_out, update_words
from tests.people import DAY, NOON
from tests.worlds import ADMINS, CIRCLE, FAMILY, READERS, YOUNG, Rich

RECENT = NOON - 90 * DAY  # how far back anything is news
type Line = tuple[Any, Any, Words]  # moment, id, words


def home_page(world: Rich, who: str, news: list[Line] | None = None) -> Words:
    """Today: for a family what is new since one looked and what waits for a reply; for the young person what was shared; for a
    therapist what came from home and which notes are unfinished; for the lead what is to be reviewed; for an admin who has not
    been here. Besides the children's names."""
    page = Page(world, who)
    for _, _, words in sorted(news_for(world, who) if news is None else news, reverse=True)[:5]:
        page.words |= words
    page.words |= waiting_for_reply(world, who)
    if who in YOUNG:
        newest = sorted(
            (world.rows[k].released_at, world.rows[k].pk, k) for k in world.keys(Release, "maya") if page.reads(k)
        )
        for _, _, item in newest[-3:]:
            released(page, item)
            page.name(world.rows[item].released_by_id, item)
    page.words |= came_page(world, who, 5) | latest_summary(world, who)
    if who == "tom":
        page.show("d_tom")
    if who == "ines":
        page.name(world.person("tom").pk, "d_offered")
    if who == "ruth":
        page.show("restriction_quinn", through=())
        page.show("p_quinn", "name")
        page.show("c_maya", "name")
    for key in [key for key, row in world.rows.items() if isinstance(row, Notice)]:
        notice = world.rows[key]
        if page.reads(key) and notice.read_at is None and notice.about_id:
            page.name(notice.about_id, key)
    if who in ADMINS["maya"]:  # her row is to be looked at again
        page.show("p_priya", "name")
    return page.words | never_came(world, who)


def news_for(world: Rich, who: str) -> list[Line]:
    """Everything of others that reached a family member since they looked, with the words its line shows."""
    found: list[tuple[Any, Any, Words, str]] = []
    looks = {
        row.child_id: row.looked_at
        for row in world.rows.values()
        if isinstance(row, Look) and row.person == world.person(who)
    }
    for key, row in world.rows.items():
        child, line = world.child_of.get(key, ""), Page(world, who)
        line.words = set()
        if who not in READERS[key] or who not in CIRCLE.get(child, ()):
            continue
        me = world.person(who).pk
        if isinstance(row, Session) and who in FAMILY[child] and row.error_at is None:
            line.name(row.therapist_id)
            found.append((row.moment, row.pk, line.words, child))
        elif isinstance(row, Release) and row.recipient_id == me:
            line.show(key_of(world, row.summary_id), "body")
            line.name(row.released_by_id)
            found.append((row.released_at, row.summary_id, line.words, child))
        elif isinstance(row, Sharing) and row.person_id == me:
            update_words(line, key_of(world, row.update_id), "body")
            line.name(row.shared_by_id)
            found.append((row.shared_at, row.update_id, line.words, child))
        elif isinstance(row, Reply) and row.error_at is None:
            line.show(key, "body")
            line.name(row.author_id)
            found.append((row.posted_at, row.update_id, line.words, child))
    return [(at, pk, words) for at, pk, words, child in found if at > looks.get(world.children[child].pk, RECENT)]


def key_of(world: Rich, number: Any) -> str:
    """The name of a row."""
    return next(key for key, row in world.rows.items() if row.pk == number)


def latest_summary(world: Rich, who: str) -> Words:
    """The newest summary that reached a family member, whether it is new or not."""
    page, mine = Page(world, who), []
    for key, row in world.rows.items():
        if isinstance(row, Release) and page.reads(key) and row.recipient_id == world.person(who).pk:
            mine.append((row.released_at, row.pk, key_of(world, row.summary_id), row.released_by_id))
    page.words = set()
    for _, _, summary, by in sorted(mine)[-1:]:
        page.show(summary, "body")
        page.name(by)
    return page.words


def waiting_for_reply(world: Rich, who: str) -> Words:
    """One's own three newest updates of the last three weeks that have no reply one can read."""
    page, mine = Page(world, who), []
    page.words = set()
    for key, row in world.rows.items():
        if (
            isinstance(row, HomeUpdate)
            and row.author_id == world.person(who).pk
            and page.reads(key)
            and not taken_out(world, who, row)
        ):
            replies = [
                k for k, r in world.rows.items() if isinstance(r, Reply) and r.update_id == row.pk and not r.error_at
            ]
            if row.posted_at > NOON - 21 * DAY and not any(page.reads(k) for k in replies):
                mine.append((row.posted_at, row.pk, key))
    for _, _, key in sorted(mine, reverse=True)[:3]:
        update_words(page, key, "body")
    return page.words


def came_page(world: Rich, who: str, most: int) -> Words:
    """Updates about a therapist's own children that they have neither marked nor answered, the newest: all are wins."""
    page, found = Page(world, who), []
    page.words, me = set(), world.person(who).pk
    for key, row in world.rows.items():
        if (
            not isinstance(row, HomeUpdate)
            or THERAPIST[world.child_of[key]] != who
            or taken_out(world, who, row)
            or row.posted_at < RECENT
        ):
            continue
        of = [r for r in world.rows.values() if getattr(r, "update_id", None) == row.pk]
        marked = any(isinstance(r, Mark) and r.marked_by_id == me for r in of)
        answered = any(isinstance(r, Reply) and r.author_id == me and not r.error_at for r in of)
        if page.reads(key) and not marked and not answered:
            found.append((row.posted_at, row.pk, key))
    for _, _, key in sorted(found, reverse=True)[:most]:
        update_words(page, key, "body")
        page.name(world.rows[key].author_id)
        page.show(f"c_{world.child_of[key]}", "name")
    return page.words


def never_came(world: Rich, who: str) -> Words:
    """For an admin: the first six, by name, who belong to the practice or to a child they administer, now or later, and never
    signed in; the first six of the staff who did, nobody here having a second factor. Every child has a therapist."""
    if who not in PRACTICE_PAGES:
        return set()
    now = Q(ends__isnull=True) | Q(ends__gt=NOON)
    children = [world.children[child].pk for child in ADMINS if who in ADMINS[child]]
    people = {row.person_id for row in Membership.objects.filter(now, practice__ref=PRACTICE_PAGES[who])}
    people |= {row.person_id for row in CircleRow.objects.filter(now, child__in=children, starts__lte=NOON)}
    people -= {world.person(name).pk for name in BARRED.get(who, ())}
    new = Person.objects.filter(pk__in=people, account__last_login__isnull=True).order_by("name", "pk")
    staff = Membership.objects.filter(now, practice__ref=PRACTICE_PAGES[who], starts__lte=NOON, person__in=people)
    bare = Person.objects.filter(pk__in=staff.values("person"), account__last_login__isnull=False).order_by(
        "name", "pk"
    )
    return {(f"p_{world.name_of(person.pk)}", "name") for person in [*new[:6], *bare[:6]]}
