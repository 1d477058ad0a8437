"""Addresses of the room. Every identifier is random."""

from django.urls import path

from sessions_log.views import choices, cosigning, home, notes, process_notes, sessions, shared, summaries, unfinished
from sessions_log.views.releases import withdraw
from sessions_log.views.who import panel
from sessions_log.who_reads import KINDS

C = "children/<uuid:child>/"

urlpatterns = [
    path("unfinished/", unfinished.unfinished_notes, name="unfinished"),
    path("practice/choices/", choices.choices, name="choices"),
    path(f"{C}sessions/new/", sessions.new, name="session_new"),
    path(f"{C}sessions/new/draft/", sessions.draft, name="session_draft"),
    path(f"{C}sessions/new/afresh/", sessions.afresh, name="session_afresh"),
    path(f"{C}sessions/<uuid:session>/", sessions.read, name="session"),
    path(f"{C}sessions/<uuid:session>/error/", sessions.error, name="session_error"),
    path(f"{C}sessions/<uuid:session>/notes/new/", notes.new, name="note_new"),
    path(f"{C}sessions/<uuid:session>/notes/autosave/", notes.new_autosave, name="note_new_autosave"),
    path(f"{C}sessions/<uuid:session>/process-notes/new/", process_notes.new, name="process_note_new"),
    path(
        f"{C}sessions/<uuid:session>/process-notes/autosave/",
        process_notes.new_autosave,
        name="process_note_new_autosave",
    ),
    path(f"{C}sessions/<uuid:session>/summaries/new/", summaries.new, name="summary_new"),
    path(f"{C}notes/<uuid:note>/", notes.read, name="note"),
    path(f"{C}notes/<uuid:note>/addenda/", notes.addendum, name="addendum_new"),
    path(f"{C}notes/<uuid:note>/autosave/", notes.autosave, name="note_autosave"),
    path(f"{C}notes/<uuid:note>/sign/", cosigning.sign, name="note_sign"),
    path(f"{C}notes/<uuid:note>/offer/", cosigning.offer, name="note_offer"),
    path(f"{C}notes/<uuid:note>/take-back/", cosigning.take_back, name="note_take_back"),
    path(f"{C}notes/<uuid:note>/cosign/", cosigning.cosign, name="note_cosign"),
    path(f"{C}notes/<uuid:note>/give-back/", cosigning.give_back, name="note_give_back"),
    path(f"{C}notes/<uuid:note>/error/", notes.error, name="note_error"),
    path(f"{C}addenda/<uuid:addendum>/error/", notes.addendum_error, name="addendum_error"),
    path(f"{C}process-notes/<uuid:note>/", process_notes.read, name="process_note"),
    path(f"{C}process-notes/<uuid:note>/autosave/", process_notes.autosave, name="process_note_autosave"),
    path(f"{C}process-notes/<uuid:note>/error/", process_notes.error, name="process_note_error"),
    path(f"{C}summaries/<uuid:summary>/", summaries.read, name="summary"),
    path(f"{C}summaries/<uuid:summary>/edit/", summaries.edit, name="summary_edit"),
    path(f"{C}summaries/<uuid:summary>/wish/", summaries.wish, name="summary_wish"),
    path(f"{C}summaries/<uuid:summary>/share/", summaries.share, name="summary_share"),
    path(f"{C}shared/", shared.shared, name="shared"),
    path(f"{C}sessions/<uuid:session>/summaries/autosave/", summaries.new_autosave, name="summary_new_autosave"),
    path(f"{C}summaries/<uuid:summary>/autosave/", summaries.autosave, name="summary_autosave"),
    path(f"{C}summaries/<uuid:summary>/error/", summaries.error, name="summary_error"),
    path(f"{C}releases/<uuid:release>/withdraw/", withdraw, name="release_withdraw"),
    *(path(f"{C}who/{kind}/<uuid:item>/", panel, {"kind": kind}, name=f"who_{kind}") for kind in KINDS),
    path(f"{C}updates/new/", home.new, name="update_new"),
    path(f"{C}updates/<uuid:update>/", home.read, name="update"),
    path(f"{C}updates/<uuid:update>/edit/", home.edit, name="update_edit"),
    path(f"{C}updates/<uuid:update>/error/", home.error, name="update_error"),
    path(f"{C}updates/<uuid:update>/reply/", home.reply, name="update_reply"),
    path(f"{C}replies/<uuid:reply>/error/", home.reply_error, name="reply_error"),
    path(f"{C}updates/<uuid:update>/mark/", home.mark, name="update_mark"),
    path(f"{C}updates/<uuid:update>/share/", home.share, name="update_share"),
]
