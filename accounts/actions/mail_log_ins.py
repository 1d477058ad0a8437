"""Sending what waits about log-ins: one claim, one transaction. Whoever dies in between has claimed nothing."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from smtplib import SMTPException
from uuid import UUID

from django.db import transaction

from accounts.definers import LogInMail, mails_about_log_ins

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=10)
log = logging.getLogger(__name__)


@dataclass
class Patience:
    """What this process could not send lately, and when it tries again. Another process, or the next one, tries at once: what is
    not sent the table says, and it waits there however often somebody fails."""

    later: dict[UUID, tuple[datetime, timedelta]] = field(default_factory=dict)

    def waiting(self, moment: datetime) -> list[UUID]:
        """What is to be left alone at this moment."""
        return [each for each, (until, _wait) in self.later.items() if moment < until]

    def failed(self, each: UUID, moment: datetime) -> None:
        """Each time twice as long."""
        _until, last = self.later.get(each, (moment, FIRST_WAIT / 2))
        wait = min(last * 2, LONGEST_WAIT)
        self.later[each] = (moment + wait, wait)

    def sent(self, each: UUID) -> None:
        """Forget it."""
        self.later.pop(each, None)


def send_next(*, moment: datetime, patience: Patience, send: Callable[[LogInMail], None]) -> int:
    """Claim one row and send its mails. Returns how many went; 0 when nothing waits, -1 when it could not be sent: then the
    claim is taken back, and this process leaves the row alone for a while, so that it keeps back no other."""
    claimed: list[LogInMail] = []
    try:
        with transaction.atomic():
            claimed = mails_about_log_ins(moment, 1, patience.waiting(moment))
            for mail in claimed:
                send(mail)
    except Exception as error:  # whatever it is, the others must go; its words would quote addresses
        if not claimed:
            raise
        log.warning("A mail about a log-in could not be sent: %s", type(error).__name__)
        patience.failed(claimed[0].id, moment)
        if isinstance(error, OSError) and not isinstance(error, SMTPException):
            raise Unreachable from None
        return -1
    for mail in claimed:
        patience.sent(mail.id)
    return len(claimed)


class Unreachable(Exception):
    """No mail server answers: the others would fail as well."""
