"""How templates write people and moments."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def named(names: dict[int, str], number: int) -> str:
    """The name, if the viewer may read it; a plain word if not."""
    return names.get(number) or _("someone else")


@register.filter
def initials(name: str) -> str:
    """Up to two letters for the round mark beside a name."""
    words = name.split()
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()


@register.filter
def moment(value: datetime) -> SafeString:
    """As people say it ("Tuesday, 4:00 p.m." within a week, else the date), exact on hover and for machines."""
    local = timezone.localtime(value)
    days = (timezone.localtime().date() - local.date()).days
    if 0 <= days < 7:
        clock = formats.time_format(local, "TIME_FORMAT")
        if days == 0:
            said = _("today, %(clock)s") % {"clock": clock}
        elif days == 1:
            said = _("yesterday, %(clock)s") % {"clock": clock}
        else:
            said = f"{formats.date_format(local, 'l')}, {clock}"
    else:
        said = formats.date_format(local, "DATE_FORMAT")
    exact = formats.date_format(local, "DATETIME_FORMAT")
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), exact, said)


@register.filter
def of(found: Mapping[Any, Any], key: Any) -> Any:
    """What a mapping holds under a key; nothing if it does not."""
    return found.get(key)


@register.filter
def week(monday: date) -> str:
    """A week as people say it: "This week", "Last week", or the day it began."""
    days = (timezone.localdate() - monday).days
    if days < 7:
        return _("This week")
    if days < 14:
        return _("Last week")
    return _("Week of %(day)s") % {"day": formats.date_format(monday, "DATE_FORMAT")}


@register.filter
def due(value: datetime) -> SafeString:
    """A moment ahead as people say it: "today, 4 p.m.", "tomorrow, 4 p.m.", "Tuesday, 4 p.m."; later, the date."""
    local = timezone.localtime(value)
    days = (local.date() - timezone.localdate()).days
    clock = formats.time_format(local, "TIME_FORMAT")
    said = {0: _("today, %(clock)s"), 1: _("tomorrow, %(clock)s")}.get(days, "")
    if said:
        said %= {"clock": clock}
    elif 0 <= days < 7:
        said = f"{formats.date_format(local, 'l')}, {clock}"
    else:
        said = formats.date_format(local, "DATE_FORMAT")
    exact = formats.date_format(local, "DATETIME_FORMAT")
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), exact, said)
