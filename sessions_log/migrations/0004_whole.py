import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.db import migrations, models

from carebridge.lib.hanging import hangs_on


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_notes_due'),
        ('sessions_log', '0003_read_by_recipient'),
    ]

    operations = [
        migrations.CreateModel(
            name='CoSignature',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('cosigned', 'co-signed'), ('returned', 'given back')], max_length=10)),
                ('words', models.TextField(blank=True)),
                ('sha256', models.CharField(max_length=64)),
                ('acted_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='FormDraft',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('form', models.CharField(choices=[('session', 'session'), ('addendum', 'addendum'), ('reply', 'reply')], max_length=10)),
                ('about', models.UUIDField(blank=True, null=True)),
                ('data', models.JSONField(blank=True, default=dict)),
                ('saved_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='PracticeChoice',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('technique', 'technique'), ('theme', 'theme'), ('setting', 'setting'), ('template', 'note template')], max_length=10)),
                ('group', models.CharField(blank=True, max_length=10)),
                ('name', models.CharField(max_length=80)),
                ('sections', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), blank=True, default=list)),
                ('added_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='progressnote',
            name='signed_never_changes',
        ),
        migrations.AddField(
            model_name='noteoffer',
            name='offered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person'),
        ),
        migrations.AddField(
            model_name='noteoffer',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='progressnote',
            name='late',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='progressnote',
            name='template_name',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name='updateedit',
            name='antecedent',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='updateedit',
            name='behaviour',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='updateedit',
            name='consequence',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='updateedit',
            name='form_key',
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='updateedit',
            name='helped',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='updateedit',
            name='intensity',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='updateedit',
            name='observed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='updateedit',
            name='where',
            field=models.CharField(blank=True, max_length=200),
        ),
        # An offer was made by the note's author; a later wording left everything but the body as it stood.
        migrations.RunSQL(
            """
            UPDATE sessions_log_noteoffer o SET offered_by_id = n.author_id
              FROM sessions_log_progressnote n WHERE n.id = o.note_id;
            UPDATE sessions_log_updateedit e
              SET "where" = u."where", antecedent = u.antecedent, behaviour = u.behaviour, consequence = u.consequence,
                  helped = u.helped, intensity = u.intensity, observed_at = u.observed_at
              FROM sessions_log_homeupdate u WHERE u.id = e.update_id;
            """,
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name='noteoffer',
            name='offered_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person'),
        ),
        migrations.AlterField(
            model_name='updateedit',
            name='observed_at',
            field=models.DateTimeField(),
        ),
        migrations.AlterField(
            model_name='progressnote',
            name='template',
            field=models.CharField(choices=[('soap', 'SOAP'), ('dap', 'DAP'), ('birp', 'BIRP'), ('girp', 'GIRP'), ('play', 'Play therapy'), ('free', 'Free text'), ('own', "The practice's own")], default='free', max_length=10),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='noteoffer',
            trigger=pgtrigger.compiler.Trigger(name='offer_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."child_id" IS DISTINCT FROM (NEW."child_id") OR OLD."note_id" IS DISTINCT FROM (NEW."note_id") OR OLD."offered_at" IS DISTINCT FROM (NEW."offered_at") OR OLD."offered_by_id" IS DISTINCT FROM (NEW."offered_by_id") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='53a8312d42a0b75644e86f13f63f8e698b8e996a', operation='UPDATE', pgid='pgtrigger_offer_never_changes_11c32', table='sessions_log_noteoffer', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='progressnote',
            trigger=pgtrigger.compiler.Trigger(name='signed_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.signed_at IS NOT NULL AND (NEW.error_at IS NULL OR (OLD.author_id, OLD.child_id, OLD.session_id, OLD.template, OLD.template_name, OLD.body, OLD.sections, OLD.written_at, OLD.signed_at, OLD.signed_sha256, OLD.late) IS DISTINCT FROM (NEW.author_id, NEW.child_id, NEW.session_id, NEW.template, NEW.template_name, NEW.body, NEW.sections, NEW.written_at, NEW.signed_at, NEW.signed_sha256, NEW.late)))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='9efff9c64116ed7502cf72a02efb6d313bcefaad', operation='UPDATE', pgid='pgtrigger_signed_never_changes_c44d8', table='sessions_log_progressnote', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='updateedit',
            trigger=pgtrigger.compiler.Trigger(name='edit_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b05b8fb6a7f2f6519cd121dfec66e253f10a5977', operation='UPDATE', pgid='pgtrigger_edit_never_changes_5ee1d', table='sessions_log_updateedit', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='updateedit',
            constraint=models.UniqueConstraint(fields=('update', 'form_key'), name='edit_form_once'),
        ),
        migrations.AddConstraint(
            model_name='updateedit',
            constraint=models.CheckConstraint(condition=models.Q(('intensity__isnull', True), ('intensity__lte', 10), _connector='OR'), name='edited_intensity_0_to_10'),
        ),
        migrations.AddField(
            model_name='cosignature',
            name='child',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.child'),
        ),
        migrations.AddField(
            model_name='cosignature',
            name='note',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sessions_log.progressnote'),
        ),
        migrations.AddField(
            model_name='cosignature',
            name='offer',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sessions_log.noteoffer'),
        ),
        migrations.AddField(
            model_name='cosignature',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person'),
        ),
        migrations.AddField(
            model_name='cosignature',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.practice'),
        ),
        migrations.AddField(
            model_name='formdraft',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person'),
        ),
        migrations.AddField(
            model_name='formdraft',
            name='child',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.child'),
        ),
        migrations.AddField(
            model_name='formdraft',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.practice'),
        ),
        migrations.AddField(
            model_name='practicechoice',
            name='added_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person'),
        ),
        migrations.AddField(
            model_name='practicechoice',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.practice'),
        ),
        migrations.AddConstraint(
            model_name='formdraft',
            constraint=models.UniqueConstraint(fields=('author', 'child', 'form', 'about'), name='one_draft', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='practicechoice',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at__isnull', True)), fields=('practice', 'kind', 'name'), name='choice_once'),
        ),
        hangs_on(
            "sessions_log_cosignature",
            ("offer_id", "note_id", "person_id", "child_id"),
            "sessions_log_noteoffer",
            ("id", "note_id", "person_id", "child_id"),
        ),
    ]
