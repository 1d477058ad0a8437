"""Whom to invite: one by one, somebody who is in the books, and by a file."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.invite import Newcomer
from accounts.enums import InvitationKind, StaffRole
from accounts.invitation_file import COLUMNS, MOST, NEEDED, PHONE
from accounts.models import Practice
from carebridge.lib.tables import HIDDEN, Line, Unreadable, one_line, read_table

AS = [
    (InvitationKind.STAFF.value, gettext_lazy("a colleague")),
    (InvitationKind.GUARDIAN.value, gettext_lazy("a parent or guardian")),
    (InvitationKind.HELPER.value, gettext_lazy("a helper, such as a teacher")),
]


class OfPractice(forms.Form):
    """A form that asks for the practice only of who is an admin of several."""

    practice = forms.ChoiceField(label=gettext_lazy("Practice"))

    def __init__(self, *args: Any, practices: Iterable[Practice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.practices = {str(practice.public_id): practice for practice in practices}
        self.fields["practice"].choices = [(key, where.name) for key, where in self.practices.items()]  # type: ignore[attr-defined]
        if len(self.practices) == 1:
            del self.fields["practice"]

    @property
    def chosen(self) -> Practice:
        """Where somebody is invited to."""
        key = self.cleaned_data.get("practice")
        return self.practices[key] if key else next(iter(self.practices.values()))


class InviteForm(OfPractice):
    """Someone new."""

    kind = forms.ChoiceField(label=gettext_lazy("Who is it?"), choices=AS, widget=forms.RadioSelect)
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("What do they work as?"),
        help_text=gettext_lazy("Only for a colleague. Several are possible; each opens only what that work needs."),
        choices=StaffRole.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("The link goes there, and they sign in by it. One person, one address."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Telephone (may stay empty)"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the mail"), choices=settings.LANGUAGES)
    field_order = ["practice", "kind", "roles", "name", "email", "phone", "language"]

    def clean_name(self) -> str:
        """On one line, with nothing that cannot be seen."""
        return readable(one_line(self.cleaned_data["name"]))

    def clean_phone(self) -> str:
        """Something that can be called."""
        phone: str = self.cleaned_data["phone"]
        if phone and not PHONE.fullmatch(phone):
            raise forms.ValidationError(_("This is no telephone number."))
        return phone

    def clean(self) -> dict[str, Any]:
        """Work belongs to colleagues, and a colleague does something."""
        cleaned = super().clean() or {}
        staff, roles = cleaned.get("kind") == InvitationKind.STAFF, cleaned.get("roles")
        if staff and roles == []:
            self.add_error("roles", _("Choose what they work as."))
        elif roles and cleaned.get("kind") and not staff:
            self.add_error(
                "roles", _("A parent or helper has no work here. Take the ticks off, or choose “a colleague”.")
            )
        return cleaned

    @property
    def newcomer(self) -> Newcomer:
        """Whom the form describes."""
        said = self.cleaned_data
        return Newcomer(
            name=said["name"], email=said["email"].lower(), kind=InvitationKind(said["kind"]), phone=said["phone"],
            roles=tuple(said["roles"]), language=said["language"],
        )  # fmt: skip


class AddressForm(forms.Form):
    """Where the link for somebody in the books goes."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("The link goes there, and they sign in by it. One person, one address."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class InviteFileForm(OfPractice):
    """A table saved as CSV."""

    file = forms.FileField(
        label=gettext_lazy("The file"),
        help_text=gettext_lazy("CSV, up to 200 rows."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
        error_messages={
            "required": gettext_lazy("No file arrived. Choose one; it must not be larger than 5 MB."),
            "empty": gettext_lazy("The file is empty."),
        },
    )

    def clean_file(self) -> list[Line]:
        """The rows of the file. What cannot be read is said with its row."""
        try:
            lines = read_table(self.cleaned_data["file"].read(), COLUMNS, NEEDED)
        except Unreadable as why:
            raise forms.ValidationError(str(why)) from None
        if len(lines) > MOST:
            raise forms.ValidationError(_("The file has more than 200 rows. Divide it into several files."))
        return lines


def readable(text: str) -> str:
    """The text, if all of it can be seen. Raises ValidationError."""
    if not text or HIDDEN.search(text):
        raise forms.ValidationError(_("This holds signs that cannot be seen. Type it anew."))
    return text
