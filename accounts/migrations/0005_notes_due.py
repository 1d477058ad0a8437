from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_enter_index_only'),
    ]

    operations = [
        migrations.AddField(
            model_name='practice',
            name='notes_due_hours',
            field=models.PositiveIntegerField(default=72),
        ),
    ]
