from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_move_in'),
        ('sessions_log', '0011_kind_of_a_wording'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='mark',
            name='one_mark_of_a_kind',
        ),
        migrations.AddField(
            model_name='mark',
            name='turn',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name='mark',
            constraint=models.UniqueConstraint(fields=('update', 'marked_by', 'kind', 'turn'), name='one_mark_of_a_kind'),
        ),
    ]
