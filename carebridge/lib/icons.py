"""The `lucide` tag of every template: icons, drawn inline."""

from functools import lru_cache

from django.template import Library
from lucide.templatetags import lucide as library

register = Library()


@register.simple_tag
@lru_cache(maxsize=256)  # drawing one copies and writes an XML tree; they are the same for everyone
def lucide(name: str, size: int = 24, **attributes: str) -> str:
    """The icon as SVG, marked safe; attributes with low lines for hyphens."""
    return library.lucide(name, size=size, **attributes)
