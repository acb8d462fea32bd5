from django.db import migrations

from products.cascades import belongs_to


class Migration(migrations.Migration):
    dependencies = [("personas", "0001_initial")]

    operations = [
        migrations.RunSQL(*belongs_to(table, column, parent))
        for table, column, parent in [
            ("personas_persona", "product_id", "products_product"),
            ("personas_adoptionreading", "persona_id", "personas_persona"),
        ]
    ]
