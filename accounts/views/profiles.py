"""A therapist's page: written by themselves, read by colleagues and by the families of the children they treat."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import for_places
from accounts.actions.profile import WORDS, Stale, own_profile, put_photo, write_profile
from accounts.models import Person, StaffProfile
from accounts.profile_forms import PhotoForm, ProfileForm
from accounts.profile_reads import has_picture, picture_of, supervisors_of
from accounts.views.office import address, chosen
from accounts.visibility import viewer


@for_places("member")
def my_profile(request: HttpRequest) -> HttpResponse:
    """One's own page in a practice, to write."""
    where, several = chosen(request, "member")
    form = ProfileForm(request.POST or None, profile=own_profile(where))
    stale: StaffProfile | None = None
    if request.method == "POST" and form.is_valid():
        try:
            if write_profile(practice=where, values=form.values, seen=form.cleaned_data["seen"]):
                messages.success(request, _("Saved. This is what families read from now on."))
            else:
                messages.success(request, _("Nothing was different."))
            return redirect(address("my_profile", where, several))
        except Stale as other:
            form.begin_again(other.now)
            stale = other.now
    return own_page(request, form, PhotoForm(), stale)


@require_POST
@for_places("member")
def my_photo(request: HttpRequest) -> HttpResponse:
    """One's own picture: another one, or none."""
    where, several = chosen(request, "member")
    if "remove" in request.POST:
        put_photo(practice=where, picture=b"")
        messages.success(request, _("Your picture is gone. Your initials stand in its place."))
        return redirect(address("my_profile", where, several))
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        put_photo(practice=where, picture=form.cleaned_data["photo"])
        messages.success(request, _("Your picture is saved."))
        return redirect(address("my_profile", where, several))
    return own_page(request, ProfileForm(profile=own_profile(where)), form)


def own_page(
    request: HttpRequest, form: ProfileForm, photo: PhotoForm, stale: StaffProfile | None = None
) -> HttpResponse:
    """Words and picture on one page, each with a form of its own."""
    where, several = chosen(request, "member")
    profile, me = own_profile(where), viewer()
    public_id = Person.objects.visible().values_list("public_id", flat=True).get(pk=me.person_id)
    context = {
        "form": form, "photo": photo, "where": where, "several": several, "public_id": public_id,
        "stale": [(form.fields[name].label, getattr(stale, name)) for name in WORDS] if stale else (),
        "has_photo": has_picture(public_id, where), "written": not profile._state.adding,
        "supervisors": supervisors_of(profile), "suffix": f"?practice={where.public_id}" if len(several) > 1 else "",
    }  # fmt: skip
    audit.record("profile_read", practices=[where.pk], shown=[public_id], request=request)
    return render(request, "accounts/my_profile.html", context, status=409 if stale else 200)


def found_profile(person: UUID) -> StaffProfile:
    """The profile the viewer may read; of someone who has one in several practices, the first by its name. Raises Http404."""
    found = StaffProfile.objects.visible().select_related("person", "practice").filter(person__public_id=person)
    first = found.order_by("practice__name", "pk").first()
    if first is None:
        raise Http404
    profile: StaffProfile = first
    return profile


@require_safe
@for_places("practices")
def profile(request: HttpRequest, person: UUID) -> HttpResponse:
    """How the therapist works, what they learned, who supervises them."""
    found = found_profile(person)
    context = {
        "profile": found, "name": found.person.name, "supervisors": supervisors_of(found),
        "has_photo": has_picture(person, found.practice), "mine": found.person_id == viewer().person_id,
    }  # fmt: skip
    audit.record("profile_read", practices=[found.practice_id], shown=[person], request=request)
    return render(request, "accounts/profile.html", context)


@require_safe
@for_places("practices")
def profile_photo(request: HttpRequest, person: UUID) -> HttpResponse:
    """The picture itself, kept by no browser. Part of the page that shows it, which is on the trail."""
    picture = picture_of(person, request.GET.get("practice", ""))
    if not picture:
        raise Http404
    headers = {"X-Content-Type-Options": "nosniff", "Content-Disposition": "inline"}
    return HttpResponse(picture, content_type="image/jpeg", headers=headers)
