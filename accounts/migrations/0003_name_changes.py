from django.db import migrations


class Migration(migrations.Migration):
    """`current_change_id()`, still with the meaning that the tables' defaults have had so far.

    The last of the migrations that make them call it gives it its own, for all tables at once:
    else a mark and the events of one transaction would carry different ids in between.
    """

    dependencies = [("accounts", "0002_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION current_change_id() RETURNS bigint LANGUAGE sql VOLATILE
            BEGIN ATOMIC SELECT pg_current_xact_id()::text::bigint; END
            """,
            "DROP FUNCTION current_change_id()",
        )
    ]
