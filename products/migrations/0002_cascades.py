from django.db import migrations

from products.cascades import belongs_to


class Migration(migrations.Migration):
    dependencies = [("products", "0001_initial"), ("accounts", "0002_initial")]

    operations = [
        migrations.RunSQL(*belongs_to(table, column, parent))
        for table, column, parent in [
            ("accounts_token", "product_id", "products_product"),
            ("products_membership", "product_id", "products_product"),
            ("products_requirement", "product_id", "products_product"),
            ("products_comment", "requirement_id", "products_requirement"),
        ]
    ]
