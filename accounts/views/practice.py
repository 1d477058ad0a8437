"""What an admin sees of the children's circles, and no clinical word."""

from collections import defaultdict

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import audit
from accounts.access import for_places
from accounts.models import Child, CircleRow, Relationship
from accounts.models.people import names_of
from accounts.visibility import admins, leads, viewer

PAGE = 50  # people or children on one page


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
