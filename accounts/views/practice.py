"""What an admin sees of the practice: people and circles, and no clinical word."""

from collections import defaultdict

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import audit
from accounts.access import for_places
from accounts.models import Account, Child, CircleRow, Contact, Membership, Person, Relationship
from accounts.models.people import names_of
from accounts.visibility import admins, in_place, leads, viewer

PAGE = 50  # people or children on one page


@for_places("admin")
def people(request: HttpRequest) -> HttpResponse:
    """Everyone who works in the practice or has a circle row there: roles, sign-in address, last seen.

    Whoever the admin knows as family alone is not on it: of other adults a guardian learns no sign-in (principle 10).
    """
    query, number = asked_for(request)
    tied = CircleRow.objects.visible().filter(admins(), person_id=OuterRef("pk"))
    employed = Membership.objects.visible().filter(in_place("admin", "practice_id"), person_id=OuterRef("pk"))
    found = Person.objects.visible().filter(Exists(tied) | Exists(employed)).order_by("name", "pk")
    if query:
        found = found.filter(name__icontains=query)
    page = Paginator(found, PAGE).get_page(number)
    numbers = [person.pk for person in page.object_list]
    accounts = Account.objects.in_bulk(numbers)
    contacts = {contact.pk: contact for contact in Contact.objects.visible().filter(pk__in=numbers)}
    roles: dict[int, list[str]] = defaultdict(list)
    moment = viewer().moment
    here = Membership.objects.visible().filter(in_place("admin", "practice_id"), person_id__in=numbers)
    for membership in here.filter(starts__lte=moment).order_by("role"):
        if membership.ends is None or membership.ends > moment:
            roles[membership.person_id].append(membership.get_role_display())
    circle = (
        CircleRow.objects.visible()
        .filter(admins(), person_id__in=numbers, starts__lte=moment)
        .exclude(ends__lte=moment)
    )
    for row in circle.exclude(role="therapist").order_by("role"):
        if row.get_role_display() not in roles[row.person_id]:
            roles[row.person_id].append(row.get_role_display())
    audit.record(
        "people_read",
        practices=viewer().places["admin"],
        shown=[p.public_id for p in page.object_list],
        request=request,
    )
    entries = [(p, accounts.get(p.pk), contacts.get(p.pk), roles[p.pk]) for p in page.object_list]
    return render(request, "accounts/people.html", {"entries": entries, "page": page, "query": query})


@for_places("admin", "lead")
def circles(request: HttpRequest) -> HttpResponse:
    """Every child's circle: who, as what, with which authority, since when. Leads find a child here that they do not treat."""
    query, number = asked_for(request)
    found = Child.objects.visible().filter(admins("id") | leads("id")).order_by("name", "pk")
    if query:
        found = found.filter(name__icontains=query)
    page = Paginator(found, PAGE).get_page(number)
    rows = list(CircleRow.objects.visible().filter(child__in=page.object_list).order_by("role", "starts", "pk"))
    words = dict(
        Relationship.objects.visible().filter(child__in=page.object_list).values_list("circle_row_id", "words")
    )
    by_child: dict[int, list[tuple[CircleRow, str]]] = defaultdict(list)
    for row in rows:
        by_child[row.child_id].append((row, words.get(row.pk, "")))
    audit.record(
        "circle_read",
        practices=viewer().places["admin"] | viewer().places["lead"],
        shown=[c.public_id for c in page.object_list],
        request=request,
    )
    context = {
        "entries": [(child, by_child[child.pk]) for child in page.object_list],
        "names": names_of(row.person_id for row in rows),
        "page": page,
        "query": query,
        "moment": viewer().moment,
        "office": viewer().stands_anywhere_in("admin"),
    }
    return render(request, "accounts/circles.html", context)


def asked_for(request: HttpRequest) -> tuple[str, str]:
    """The name looked for and the page of the list. A name comes in the body of a form alone: addresses are kept in
    histories and logs. PostgreSQL takes no NUL in a text."""
    query = request.POST.get("q", "").replace("\0", "").strip()[:100]
    sent = request.POST if request.method == "POST" else request.GET
    return query, sent.get("page", "1")
