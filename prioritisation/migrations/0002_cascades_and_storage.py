from django.db import migrations

from products.cascades import belongs_to


class Migration(migrations.Migration):
    dependencies = [("prioritisation", "0001_initial")]

    operations = [
        *[
            migrations.RunSQL(*belongs_to(table, column, parent))
            for table, column, parent in [
                ("prioritisation_rating", "requirement_id", "products_requirement"),
                ("prioritisation_rating", "persona_id", "personas_persona"),
                ("prioritisation_scoringpolicy", "product_id", "products_product"),
                ("prioritisation_scoringrun", "product_id", "products_product"),
                ("prioritisation_scoringstate", "product_id", "products_product"),
                ("prioritisation_score", "product_id", "products_product"),
                ("prioritisation_scorechange", "product_id", "products_product"),
            ]
        ],
        # Room for a second version of every row on its page, so that updates are HOT.
        migrations.RunSQL(
            "ALTER TABLE prioritisation_score SET (fillfactor = 50)",
            "ALTER TABLE prioritisation_score RESET (fillfactor)",
        ),
        # Marks come and go by the thousand: vacuum early, or reads walk over the dead ones.
        migrations.RunSQL(
            "ALTER TABLE prioritisation_productchange SET (autovacuum_vacuum_scale_factor = 0.05)",
            "ALTER TABLE prioritisation_productchange RESET (autovacuum_vacuum_scale_factor)",
        ),
    ]
