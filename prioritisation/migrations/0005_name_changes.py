from django.db import migrations, models

from accounts.expressions import CurrentChange

EVENTS = ("ratingevent", "scenarioevent", "scenariopersonaevent", "scoringpolicyevent")

#: What the tables hold are ids of transactions: all that any cluster gave which this database was
#: in, and the present one up to now. They stay, so that past runs keep their causes; no new id is
#: one of them.
#:
#: This transaction has locked the marks. A transaction that has marked something has ended, with
#: the old ids throughout, and one that comes to mark waits, and gets new ids.
BEGIN = """
    CREATE SEQUENCE change_ids;
    SELECT setval('change_ids', GREATEST(
        pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
        (SELECT max(stored.id) FROM (
            SELECT max(pgh_change_id) FROM products_commentevent
            UNION ALL SELECT max(pgh_change_id) FROM products_membershipevent
            UNION ALL SELECT max(pgh_change_id) FROM products_productevent
            UNION ALL SELECT max(pgh_change_id) FROM products_requirementevent
            UNION ALL SELECT max(pgh_change_id) FROM personas_adoptionreadingevent
            UNION ALL SELECT max(pgh_change_id) FROM personas_personaevent
            UNION ALL SELECT max(pgh_change_id) FROM prioritisation_ratingevent
            UNION ALL SELECT max(pgh_change_id) FROM prioritisation_scenarioevent
            UNION ALL SELECT max(pgh_change_id) FROM prioritisation_scenariopersonaevent
            UNION ALL SELECT max(pgh_change_id) FROM prioritisation_scoringpolicyevent
            UNION ALL SELECT max(change_id) FROM prioritisation_productchange
            UNION ALL SELECT max(c.id)
            FROM prioritisation_scoringrun, unnest(cause_change_ids) c (id)
        ) stored (id))
    ));
    -- The setting ends with the transaction. One that a rolled back savepoint made goes with all
    -- that was written under it; what is written after it gets another.
    CREATE OR REPLACE FUNCTION current_change_id() RETURNS bigint LANGUAGE sql VOLATILE
    BEGIN ATOMIC
        SELECT COALESCE(
            NULLIF(current_setting('userward.change_id', true), ''),
            set_config('userward.change_id', nextval('change_ids')::text, true)
        )::bigint;
    END
"""
END = """
    CREATE OR REPLACE FUNCTION current_change_id() RETURNS bigint LANGUAGE sql VOLATILE
    BEGIN ATOMIC SELECT pg_current_xact_id()::text::bigint; END;
    DROP SEQUENCE change_ids
"""


def named(model, before, after, **options):
    field = models.BigIntegerField(db_default=CurrentChange(), **options)
    return [
        migrations.RenameField(model, before, after),
        migrations.AlterField(model, after, field),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("prioritisation", "0004_keep_scenarios"),
        ("personas", "0003_name_changes"),
        ("products", "0003_name_changes"),
    ]

    operations = [
        *[
            step
            for event in EVENTS
            for step in named(event, "pgh_xid", "pgh_change_id", db_index=True)
        ],
        *named("productchange", "xid", "change_id"),
        migrations.AddIndex(
            "productchange", models.Index(fields=["change_id"], name="marks_by_change")
        ),
        migrations.RenameField("scoringrun", "cause_xids", "cause_change_ids"),
        migrations.RunSQL(BEGIN, END),
    ]
