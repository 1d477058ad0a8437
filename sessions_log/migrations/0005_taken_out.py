import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.db import migrations, models

from carebridge.lib.hanging import hangs_on


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_notes_due'),
        ('sessions_log', '0004_whole'),
    ]

    operations = [
        migrations.CreateModel(
            name='TakenOut',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('taken_at', models.DateTimeField()),
                ('reason', models.TextField()),
                ('child', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.child')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.practice')),
                ('taken_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('update', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='taken_out', to='sessions_log.homeupdate')),
            ],
            options={
                'indexes': [models.Index(fields=['child'], include=('update',), name='taken_out_of_child')],
                'constraints': [models.UniqueConstraint(fields=('update', 'taken_by'), name='taken_out_once')],
            },
        ),
        # What was entered in error stays so; the update itself says nothing of it any more.
        migrations.RunSQL(
            """
            INSERT INTO sessions_log_takenout (id, practice_id, child_id, update_id, taken_by_id, taken_at, reason)
              SELECT gen_random_uuid(), practice_id, child_id, id, coalesce(error_by_id, author_id), error_at, error_reason
              FROM sessions_log_homeupdate WHERE error_at IS NOT NULL;
            SET CONSTRAINTS ALL IMMEDIATE;
            DROP TRIGGER IF EXISTS hold_the_words ON sessions_log_homeupdate;
            """,
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.RemoveField(
            model_name='homeupdate',
            name='error_at',
        ),
        migrations.RemoveField(
            model_name='homeupdate',
            name='error_by',
        ),
        migrations.RemoveField(
            model_name='homeupdate',
            name='error_reason',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='takenout',
            trigger=pgtrigger.compiler.Trigger(name='taken_out_for_good', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='33e0e4b139db996f4540081a4c9ad5cf2da7c649', operation='UPDATE', pgid='pgtrigger_taken_out_for_good_34f19', table='sessions_log_takenout', when='BEFORE')),
        ),
        hangs_on("sessions_log_takenout", ("update_id", "child_id"), "sessions_log_homeupdate", ("id", "child_id")),
    ]
