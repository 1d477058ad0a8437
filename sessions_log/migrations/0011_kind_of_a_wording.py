import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sessions_log', '0010_withdrawn_by'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='updateedit',
            name='edit_never_changes',
        ),
        migrations.AddField(
            model_name='updateedit',
            name='kind',
            field=models.CharField(choices=[('win', 'a win'), ('worry', 'a worry'), ('change', 'something changed'), ('observation', 'something I noticed')], max_length=12, null=True),
        ),
        # Until now an update stayed what it was posted as, however it was reworded.
        migrations.RunSQL(
            """
            UPDATE sessions_log_updateedit e SET kind = u.kind FROM sessions_log_homeupdate u WHERE u.id = e.update_id;
            SET CONSTRAINTS ALL IMMEDIATE;
            """,
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name='updateedit',
            name='kind',
            field=models.CharField(choices=[('win', 'a win'), ('worry', 'a worry'), ('change', 'something changed'), ('observation', 'something I noticed')], max_length=12),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='updateedit',
            trigger=pgtrigger.compiler.Trigger(name='edit_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b05b8fb6a7f2f6519cd121dfec66e253f10a5977', operation='UPDATE', pgid='pgtrigger_edit_never_changes_5ee1d', table='sessions_log_updateedit', when='BEFORE')),
        ),
    ]
