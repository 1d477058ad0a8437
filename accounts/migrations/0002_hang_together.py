from django.db import migrations

from carebridge.lib.hanging import hangs_on


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        hangs_on(f"accounts_{table}", (column, "child_id"), f"accounts_{parent}", ("id", "child_id"))
        for table, column, parent in [
            ("relationship", "circle_row_id", "circlerow"),
            ("renewal", "circle_row_id", "circlerow"),
            ("helperconsent", "circle_row_id", "circlerow"),
            ("signature", "agreement_id", "agreement"),
        ]
    ]
