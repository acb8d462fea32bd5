import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from prioritisation.imports.services import import_ratings
from prioritisation.imports.sheet import SheetError, decode
from prioritisation.models import Basis
from prioritisation.pipeline.transactions import writing
from prioritisation.ratings.cell_parsers import CellError, scale_from
from products.models import Product
from products.roles import MAY

ERRORS_SHOWN = 50


class Command(BaseCommand):
    help = "Import requirements and ratings from a CSV file, all or nothing; see docs/import.md."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE.csv", help="“-” reads standard input")
        parser.add_argument("--product", required=True, metavar="KEY")
        parser.add_argument("--basis", required=True, choices=Basis.values, help="how you know")
        parser.add_argument("--from-scale", metavar="1..9", help="the scale of the file's ratings")
        parser.add_argument("--dry-run", action="store_true", help="report, and change nothing")
        parser.add_argument(
            "--as",
            dest="user",
            metavar="USER",
            help="whose ratings they are, by name or e-mail; else the product's first owner",
        )

    def handle(self, *, file, basis, dry_run, **options):
        product = Product.objects.filter(key=options["product"]).first()
        if product is None:
            raise CommandError(f"No product has the key {options['product']}.")
        by = importer(product, options["user"])
        data, name = read(file)
        try:
            scale = options["from_scale"] and scale_from(options["from_scale"])
            with writing(user=by, means="import"):
                report = import_ratings(
                    product=product,
                    text=decode(data),
                    basis=basis,
                    by=by,
                    from_scale=scale,
                    dry_run=dry_run,
                    source=f"import of {name}"[:200],
                )
        except CellError as error:
            raise CommandError(str(error)) from None
        except SheetError as error:
            raise CommandError(sentences(error)) from None
        self.stdout.write(
            f"{product.key}: {'would be ' if dry_run else ''}{report.created} new, "
            f"{report.updated} changed, {report.unchanged} unchanged; {report.ratings} ratings"
        )


def importer(product, name):
    members = User.objects.filter(
        memberships__product=product, memberships__role__gte=MAY["import"], is_active=True
    ).order_by("-memberships__role", "pk")
    if name is None:
        found = members.first()
    else:
        found = members.filter(username=name).first() or members.filter(email__iexact=name).first()
    if found is None:
        called = f" is called {name}" if name else ""
        raise CommandError(f"No maintainer of {product.key}{called}.")
    return found


def read(file):
    """(bytes, name) of the file."""
    if file == "-":
        return sys.stdin.buffer.read(), "standard input"
    try:
        return Path(file).read_bytes(), Path(file).name
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}.") from None


def sentences(error):
    shown = [str(row) for row in error.errors[:ERRORS_SHOWN]]
    more = len(error.errors) - len(shown)
    return "\n".join([*shown, *([f"… and {more} more."] if more else []), "Nothing was imported."])
