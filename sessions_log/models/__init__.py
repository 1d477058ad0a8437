"""Every model of the room, by noun."""

from sessions_log.models.home import HomeUpdate, Mark, Reply, Sharing, TakenOut, UpdateEdit
from sessions_log.models.looks import Look
from sessions_log.models.notes import Addendum, CoSignature, NoteOffer, Opening, ProcessNote, ProgressNote, Withholding
from sessions_log.models.practice import FormDraft, PracticeChoice
from sessions_log.models.sessions import Attendance, Session, SessionRecord
from sessions_log.models.summaries import Override, Reading, Release, Summary, Wish

__all__ = [
    "Addendum",
    "Attendance",
    "CoSignature",
    "FormDraft",
    "HomeUpdate",
    "Look",
    "Mark",
    "NoteOffer",
    "Opening",
    "Override",
    "PracticeChoice",
    "ProcessNote",
    "ProgressNote",
    "Reading",
    "Release",
    "Reply",
    "Session",
    "SessionRecord",
    "Sharing",
    "Summary",
    "TakenOut",
    "UpdateEdit",
    "Wish",
    "Withholding",
]
