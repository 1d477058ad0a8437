import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_move_in'),
        ('sessions_log', '0009_wish_answers'),
    ]

    operations = [
        migrations.AddField(
            model_name='release',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person'),
        ),
        # The trail knows it of what a page withdrew; of what came in a bundle nobody does.
        migrations.RunSQL(
            """
            UPDATE sessions_log_release r SET withdrawn_by_id = a.person_id FROM accounts_auditevent a
              WHERE a.action = 'release_withdrawn' AND r.id = ANY (a.shown) AND r.withdrawn_at IS NOT NULL
                AND EXISTS (SELECT FROM accounts_person p WHERE p.account_id = a.person_id);
            SET CONSTRAINTS ALL IMMEDIATE;
            """,
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_by__isnull', True), ('withdrawn_at__isnull', False), _connector='OR'), name='withdrawn_by_someone_at_a_moment'),
        ),
    ]
