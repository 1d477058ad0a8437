"""The register of practices and accounts, for the installation's operator in the hours given to them: Django's admin, and nothing
of it that could read or write anything else (visibility.md: there is no page on which a superuser reads clinical text).

What is changed goes through the kernel's own functions (accounts/definers.py), which ask for the hours again.
"""

from collections.abc import Callable
from datetime import datetime
from functools import update_wrapper
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, re_path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.access import Mark
from accounts.actions.register import Own, appoint, found, switch
from accounts.models import Account, OperatorAccess, Practice
from accounts.register_forms import AddressForm, AdminForm, PracticeForm
from accounts.visibility import viewer

HOURS = Mark(("operator",), reason="the installation's operator, in the hours given to them")


def access() -> OperatorAccess:
    """The hours that open the register now; of several the longest. Raises Http404 outside them."""
    moment = viewer().moment
    given = OperatorAccess.objects.visible().filter(starts__lte=moment, ends__gt=moment).order_by("-ends").first()
    if given is None or not viewer().operator:
        raise Http404
    hours: OperatorAccess = given
    return hours


def looked(request: HttpRequest, *practices: int) -> None:
    """On the trail, with the reason by its row."""
    audit.record("operator_read", practices=practices, shown=[access().pk], request=request)


class Register(admin.AdminSite):
    """Two lists and the few acts on them. Outside the hours every address is the 404 of what does not exist."""

    site_header = gettext_lazy("Register of this installation")
    site_title = site_header
    index_title = gettext_lazy("Practices and accounts")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """The viewer's hours; no flag of an account."""
        return viewer().operator

    def marked(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """The view, for the operator alone."""

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            access()
            request.current_app = self.name
            response = view(request, *args, **kwargs)
            # Within the transaction: afterwards nobody would be looking.
            return response.render() if hasattr(response, "render") else response

        update_wrapper(inner, view)
        inner.mark = HOURS  # type: ignore[attr-defined]
        return inner

    def get_urls(self) -> list[Any]:
        """No sign-in, password, shortcut or catch-all of its own."""
        found: list[Any] = [
            path("", self.marked(self.first), name="index"),
            re_path(r"^(?P<app_label>accounts)/$", self.marked(self.first), name="app_list"),
        ]
        for model_admin in self._registry.values():
            found += model_admin.get_urls()
        return found

    def first(self, request: HttpRequest, app_label: str = "") -> HttpResponse:
        """The two lists."""
        looked(request)
        return self.index(request)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """On every page: until when, and what for."""
        hours = access()
        return {**super().each_context(request), "hours": hours, "hours_end": hours.ends}


if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class Entries(ModelAdmin):
    """A list to read. What may be done with an entry stands on its own page."""

    actions = None
    list_per_page = 50
    place = ""

    def get_urls(self) -> list[URLPattern]:
        """The list and an entry."""
        marked, name = site.marked, f"accounts_{self.opts.model_name}"
        return [
            path(f"{self.place}/", marked(self.entries), name=f"{name}_changelist"),
            path(f"{self.place}/<int:pk>/", marked(self.entry), name=f"{name}_change"),
        ]

    def entries(self, request: HttpRequest) -> HttpResponse:
        """The list."""
        looked(request)
        return self.changelist_view(request)

    def entry(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One of them."""
        raise NotImplementedError

    def page(self, request: HttpRequest, form: Form | None, **words: Any) -> HttpResponse:
        """A page with one form, as the lists look."""
        context = {**self.admin_site.each_context(request), "opts": self.opts, "form": form, **words}
        return render(request, "admin/register_form.html", context)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The filters on the page and no other: Django would take any column, and answer whether a hash begins with a letter."""
        return lookup in {f"{name}__exact" for name in self.list_filter}

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever comes this far may look."""
        return viewer().operator

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As above."""
        return viewer().operator

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing but what a page of ours does."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As above."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


class Practices(Entries):
    """Found a practice with its first admin; later another admin. Its settings are its admins' own."""

    place = "accounts/practice"
    list_display = ("name", "ref", "time_zone", "language")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Practice]:
        """All of them, by the rule."""
        every: QuerySet[Practice] = Practice.objects.visible().order_by("name", "pk")
        return every

    def get_urls(self) -> list[URLPattern]:
        """A new one, too."""
        return [
            path(f"{self.place}/add/", site.marked(self.found), name="accounts_practice_add"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """By the page below."""
        return viewer().operator

    def found(self, request: HttpRequest) -> HttpResponse:
        """A new practice; its first admin is invited by mail."""
        form = PracticeForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            made = found(hours=access(), **form.values)
            messages.success(request, _("The practice is founded. Its first admin gets an invitation by mail."))
            return redirect("operator:accounts_practice_change", made)
        looked(request)
        return self.page(
            request, form, title=_("Found a practice"), button=_("Found the practice and invite its admin")
        )

    def entry(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the register has of it, and one more admin."""
        where = get_object_or_404(self.get_queryset(request), pk=pk)
        form = AdminForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            appoint(hours=access(), practice=where, **form.cleaned_data)
            messages.success(request, _("The new admin gets an invitation by mail."))
            return redirect("operator:accounts_practice_change", pk)
        looked(request, pk)
        facts = [(field, getattr(where, field)) for field in self.list_display]
        return self.page(
            request, form, title=where.name, facts=facts, heading=_("Another admin"), button=_("Invite this admin")
        )


class Accounts(Entries):
    """Log-ins by their address: open or closed as a whole. No name, no practice, no password."""

    place = "accounts/account"
    list_display = ("address", "is_active", "last_login")
    list_filter = ("is_active",)

    @admin.display(description=gettext_lazy("e-mail"), ordering="email")
    def address(self, account: Account) -> str:
        """Those without one are young people's, or wait for their invitation."""
        return account.email or _("without an address")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        """All of them: an account has no rule, and nothing of a person."""
        return Account.objects.order_by("email", "pk")

    def get_urls(self) -> list[URLPattern]:
        """The look-up by a whole address, too: posted, since no address holds one."""
        return [
            path(f"{self.place}/find/", site.marked(self.find), name="accounts_account_find"),
            *super().get_urls(),
        ]

    def find(self, request: HttpRequest) -> HttpResponse:
        """By the whole address."""
        form = AddressForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            one = self.get_queryset(request).filter(email__iexact=form.cleaned_data["email"]).first()
            if one:
                return redirect("operator:accounts_account_change", one.pk)
            form.add_error("email", _("No account signs in by this address."))
        looked(request)
        return self.page(request, form, title=_("Find an account"), button=_("Find it"))

    def entry(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Close it to sign-in, or open it again."""
        account = get_object_or_404(self.get_queryset(request), pk=pk)
        own = pk == viewer().person_id
        if {"open", "close"} & request.POST.keys():
            opened = "open" in request.POST
            try:
                switch(hours=access(), account=account, active=opened)
            except Own:
                raise Http404 from None
            said = _("The account is open again.") if opened else _("The account is closed and signed out everywhere.")
            messages.success(request, said)
            return redirect("operator:accounts_account_change", pk)
        looked(request)
        facts: list[tuple[str, str | bool | datetime | None]] = [
            ("address", self.address(account)), ("is_active", account.is_active), ("last_login", account.last_login)
        ]  # fmt: skip
        button = _("Close this account") if account.is_active else _("Open this account again")
        words = {"title": self.address(account), "facts": facts, "own": own, "button": "" if own else button}
        return self.page(request, None, **words, verb="close" if account.is_active else "open")


site = Register(name="operator")
site.register(Practice, Practices)
site.register(Account, Accounts)
