from django.db import migrations

from carebridge.lib.hanging import hangs_on


class Migration(migrations.Migration):
    dependencies = [("sessions_log", "0001_initial")]
    operations = [
        hangs_on(f"sessions_log_{table}", (column, "child_id"), f"sessions_log_{parent}", ("id", "child_id"))
        for table, column, parent in [
            ("sessionrecord", "session_id", "session"),
            ("attendance", "session_id", "session"),
            ("progressnote", "session_id", "session"),
            ("processnote", "session_id", "session"),
            ("summary", "session_id", "session"),
            ("mark", "session_id", "session"),
            ("addendum", "note_id", "progressnote"),
            ("noteoffer", "note_id", "progressnote"),
            ("withholding", "note_id", "progressnote"),
            ("opening", "note_id", "progressnote"),
            ("release", "summary_id", "summary"),
            ("wish", "summary_id", "summary"),
            ("reading", "release_id", "release"),
            ("override", "release_id", "release"),
            ("updateedit", "update_id", "homeupdate"),
            ("reply", "update_id", "homeupdate"),
            ("mark", "update_id", "homeupdate"),
        ]
    ] + [
        hangs_on(
            "sessions_log_sharing",
            ("update_id", "shared_by_id", "child_id"),
            "sessions_log_homeupdate",
            ("id", "author_id", "child_id"),
        )
    ]
