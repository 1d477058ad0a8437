"""What the operator fills in."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Practice
from carebridge.lib.texts import Words
from carebridge.lib.zones import places


class AdminForm(forms.Form):
    """Someone new who will run a practice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, forms.TextInput):
                field.widget.attrs["class"] = "vTextField"  # as wide as the admin's own

    admin_name = Words(label=gettext_lazy("Name of the admin"), max_length=200)
    admin_email = forms.EmailField(
        label=gettext_lazy("E-mail of the admin"),
        help_text=gettext_lazy("The invitation goes there and is good for two weeks. Nobody else can use it."),
        max_length=254,
    )


class PracticeForm(AdminForm):
    """A new practice and its first admin."""

    name = Words(label=gettext_lazy("Name of the practice"), max_length=200)
    ref = forms.RegexField(
        r"^[a-z0-9][a-z0-9-]*$",
        label=gettext_lazy("Reference"),
        help_text=gettext_lazy("Small letters, figures and hyphens, for instance willow-creek. It never changes."),
        max_length=100,
        error_messages={"invalid": gettext_lazy("Small letters, figures and hyphens only.")},
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), initial="UTC")
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    field_order = ("name", "ref", "time_zone", "language", "admin_name", "admin_email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [(place, place.replace("_", " ")) for place in places()]  # type: ignore[attr-defined]

    def clean_ref(self) -> str:
        """No practice has it yet."""
        ref: str = self.cleaned_data["ref"]
        if Practice.objects.visible().filter(ref=ref).exists():
            raise forms.ValidationError(_("A practice has this reference already."))
        return ref

    @property
    def values(self) -> dict[str, str]:
        """What was said."""
        return {name: self.cleaned_data[name] for name in self.field_order}


class AddressForm(forms.Form):
    """A whole address, posted."""

    email = forms.EmailField(label=gettext_lazy("The whole e-mail address"), max_length=254)
