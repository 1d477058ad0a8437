"""Time zones a practice can live in."""

from functools import cache
from zoneinfo import available_timezones

from django.db import connection

# Names of one offset or of a country's zones by another name: a place says better where somebody's day begins.
NO_PLACE = ("Etc/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/", "posix/", "right/", "SystemV/")


@cache
def places() -> tuple[str, ...]:
    """Zones by the name of a place, which Python and the database both know: row policies ask for the practice's midnight,
    and a zone that only one of them knows would shut everybody out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        known = {name for (name,) in cursor.fetchall()}
    named = (name for name in available_timezones() & known if "/" in name and not name.startswith(NO_PLACE))
    return (*sorted(named), "UTC")
