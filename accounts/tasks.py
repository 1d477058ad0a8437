"""Work outside requests."""

from celery import shared_task
from django.contrib.sessions.models import Session as BrowserSession
from django.utils import timezone


@shared_task
def end_expired_sessions() -> int:
    """Delete the rows of browser sessions that are over. Returns how many."""
    ended, _ = BrowserSession.objects.filter(expire_date__lt=timezone.now()).delete()
    return ended
