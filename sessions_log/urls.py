"""Addresses of the room. Every identifier is random."""

from django.urls import path

from sessions_log.views import home, notes, sessions, shared, summaries

C = "children/<uuid:child>/"

urlpatterns = [
    path(f"{C}sessions/new/", sessions.new, name="session_new"),
    path(f"{C}sessions/<uuid:session>/", sessions.read, name="session"),
    path(f"{C}sessions/<uuid:session>/notes/new/", notes.new, name="note_new"),
    path(f"{C}sessions/<uuid:session>/process-notes/new/", notes.new_process_note, name="process_note_new"),
    path(f"{C}sessions/<uuid:session>/summaries/new/", summaries.new, name="summary_new"),
    path(f"{C}notes/<uuid:note>/", notes.read, name="note"),
    path(f"{C}notes/<uuid:note>/addenda/", notes.addendum, name="addendum_new"),
    path(f"{C}process-notes/<uuid:note>/", notes.process_note, name="process_note"),
    path(f"{C}summaries/<uuid:summary>/", summaries.read, name="summary"),
    path(f"{C}summaries/<uuid:summary>/edit/", summaries.edit, name="summary_edit"),
    path(f"{C}summaries/<uuid:summary>/wish/", summaries.wish, name="summary_wish"),
    path(f"{C}summaries/<uuid:summary>/share/", summaries.share, name="summary_share"),
    path(f"{C}shared/", shared.shared, name="shared"),
    path(f"{C}updates/new/", home.new, name="update_new"),
    path(f"{C}updates/<uuid:update>/", home.read, name="update"),
    path(f"{C}updates/<uuid:update>/reply/", home.reply, name="update_reply"),
    path(f"{C}updates/<uuid:update>/mark/", home.mark, name="update_mark"),
    path(f"{C}updates/<uuid:update>/share/", home.share, name="update_share"),
]
