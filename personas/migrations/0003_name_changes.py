from django.db import migrations, models

from accounts.expressions import CurrentChange


class Migration(migrations.Migration):
    dependencies = [("personas", "0002_cascades"), ("accounts", "0003_name_changes")]

    operations = [
        operation
        for event in ("adoptionreadingevent", "personaevent")
        for operation in (
            migrations.RenameField(event, "pgh_xid", "pgh_change_id"),
            migrations.AlterField(
                event,
                "pgh_change_id",
                models.BigIntegerField(db_default=CurrentChange(), db_index=True),
            ),
        )
    ]
