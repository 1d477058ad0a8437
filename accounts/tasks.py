"""Work outside requests."""

import time

from celery import shared_task
from django.contrib.sessions.models import Session as BrowserSession
from django.utils import timezone

from accounts.actions.mail_log_ins import Patience, Unreachable, send_next
from accounts.actions.moving import carry_on
from accounts.definers import forget_moves, moves_under_way
from accounts.log_in_mails import send

AT_MOST = 20.0  # seconds of one round: a large file leaves the worker to others in between
patience = Patience()


@shared_task
def end_expired_sessions() -> int:
    """Delete the rows of browser sessions that are over. Returns how many."""
    ended, _ = BrowserSession.objects.filter(expire_date__lt=timezone.now()).delete()
    return ended


@shared_task
def carry_on_moves() -> int:
    """Go on with every file that was started, and delete the rows of those that are over or a day old. Returns how many
    batches were done. Which files there are the table says: neither a lost message nor a killed worker loses one."""
    forget_moves(timezone.now())
    until, batches = time.monotonic() + AT_MOST, 0
    for move, person in moves_under_way():
        more = True
        while more and time.monotonic() < until:
            more = carry_on(move=move, person=person)
            batches += 1
    return batches


@shared_task
def send_log_in_mails() -> int:
    """Send invitations, and what a person must confirm or use to change how they sign in. Returns how many mails went. What
    waits the tables say; one mail that cannot be sent keeps back no other."""
    until, went = time.monotonic() + AT_MOST, 0
    while time.monotonic() < until:
        try:
            now_sent = send_next(moment=timezone.now(), patience=patience, send=send)
        except Unreachable:
            break
        if not now_sent:
            break
        went += max(now_sent, 0)
    return went
