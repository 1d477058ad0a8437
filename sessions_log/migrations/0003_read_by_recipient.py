from django.db import migrations

from carebridge.lib.hanging import hangs_on


class Migration(migrations.Migration):
    dependencies = [("sessions_log", "0002_hang_together")]
    operations = [
        hangs_on(
            "sessions_log_reading", ("release_id", "reader_id"), "sessions_log_release", ("id", "recipient_id")
        )
    ]
