from django.core.management.base import BaseCommand, CommandError

from prioritisation.models import ProductChange
from prioritisation.pipeline.rescoring import rescore
from products.models import Product


class Command(BaseCommand):
    help = "Rescore products now, in this process."

    def add_arguments(self, parser):
        parser.add_argument("keys", nargs="*", metavar="KEY", help="products to rescore")
        parser.add_argument("--all", action="store_true", help="every product")
        parser.add_argument(
            "--force",
            action="store_true",
            help="even without marks, and over the scores of a newer algorithm (a downgrade)",
        )

    def handle(self, *, keys, force, **options):
        products = Product.objects.order_by("pk")
        if not options["all"]:
            products = products.filter(key__in=keys)
            missing = set(keys) - set(products.values_list("key", flat=True))
            if missing or not keys:
                raise CommandError(f"No such product: {', '.join(sorted(missing)) or 'name one'}")
        for product in products:
            version = rescore(product.pk, force=force)
            if force and not version:
                self.stdout.write(f"{product.key}: not now; another process is at it")
            elif ProductChange.objects.filter(product_id=product.pk).exists():
                self.stdout.write(f"{product.key}: still marked; another process is at it")
            else:
                self.stdout.write(
                    f"{product.key}: " + (f"version {version}" if version else "up to date")
                )
