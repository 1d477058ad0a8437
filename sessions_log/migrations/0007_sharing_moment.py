import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from carebridge.lib.hanging import hangs_on


class Migration(migrations.Migration):

    dependencies = [
        ('sessions_log', '0006_opened_when'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='sharing',
            name='sharing_never_changes',
        ),
        migrations.AddField(
            model_name='sharing',
            name='posted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(
            """
            UPDATE sessions_log_sharing s SET posted_at = u.posted_at FROM sessions_log_homeupdate u WHERE u.id = s.update_id;
            SET CONSTRAINTS ALL IMMEDIATE;
            """,
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name='sharing',
            name='posted_at',
            field=models.DateTimeField(),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sharing',
            trigger=pgtrigger.compiler.Trigger(name='sharing_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."child_id" IS DISTINCT FROM (NEW."child_id") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."posted_at" IS DISTINCT FROM (NEW."posted_at") OR OLD."shared_at" IS DISTINCT FROM (NEW."shared_at") OR OLD."shared_by_id" IS DISTINCT FROM (NEW."shared_by_id") OR OLD."update_id" IS DISTINCT FROM (NEW."update_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='80eea77fbc69f39764dbed257032c855d50eb37d', operation='UPDATE', pgid='pgtrigger_sharing_never_changes_6911a', table='sessions_log_sharing', when='BEFORE')),
        ),
        hangs_on(
            "sessions_log_sharing",
            ("update_id", "shared_by_id", "child_id", "posted_at"),
            "sessions_log_homeupdate",
            ("id", "author_id", "child_id", "posted_at"),
        ),
    ]
