import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from products.cascades import belongs_to


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0011_no_update_makes_too_many_products"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Following",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("follows", models.BooleanField()),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="products.product",
                    ),
                ),
                (
                    "requirement",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="followings",
                        to="products.requirement",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("requirement", "user"),
                        name="one_following_per_requirement_and_user",
                    )
                ]
            },
        ),
        migrations.RunSQL(
            *belongs_to("products_following", "requirement_id", "products_requirement")
        ),
    ]
