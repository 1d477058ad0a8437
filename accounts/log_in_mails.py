"""The mails that let somebody in or change how they sign in. Plain text, in the reader's language; no child, nothing clinical."""

from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts import links
from accounts.definers import LogInMail


@dataclass(frozen=True)
class Link:
    """Where a mail leads: the address by its name, what its token is for, and its mark (none: the serial)."""

    name: str
    purpose: str
    mark: str = ""


LINKS = {
    "invitation": Link("join", "invitation"),
    "address_old": Link("address_yes", "address", "old"),
    "address_new": Link("address_yes", "address", "new"),
    "factor_reset": Link("factor_reset_use", "factor", "once"),
}


def send(mail: LogInMail) -> None:
    """Compose and send. Raises whatever the mail server says."""
    composed(mail).send()


def composed(mail: LogInMail) -> EmailMessage:
    """The whole mail. The same claim makes the same Message-ID, so that a mailbox can tell a mail that came twice."""
    leads, domain = LINKS[mail.kind], urlsplit(settings.BASE_URL).hostname or "localhost"
    with translation.override(mail.language or settings.LANGUAGE_CODE), timezone.override(ZoneInfo(mail.zone or "UTC")):
        token = links.seal(leads.purpose, mail.id, leads.mark or str(mail.serial))
        words = {"mail": mail, "link": links.link(leads.name, token)}
        subject = render_to_string(f"emails/{mail.kind}_subject.txt", words)
        body = render_to_string(f"emails/{mail.kind}.txt", words)
        headers = {
            "Message-ID": f"<{mail.kind}.{mail.id.hex}.{mail.serial}@{domain}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": translation.get_language() or settings.LANGUAGE_CODE,
        }
    return EmailMessage(" ".join(subject.split()), body.strip() + "\n", to=[mail.email], headers=headers)
