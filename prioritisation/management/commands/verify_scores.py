import sys

from django.core.management.base import BaseCommand

from prioritisation.pipeline.verification import verify_all
from prioritisation.presentation.formatting import and_join, count

WRONG, NOTHING_JUDGED = 1, 2
NAMED = 10


class Command(BaseCommand):
    help = (
        "Recompute every score of every product that isn't marked, with SQL of its own. "
        "Ends with 1 if a stored value is wrong, with 2 if every product waits to be rescored, "
        "so that none could be judged."
    )

    def handle(self, **options):
        judged, waiting, wrong = 0, [], 0
        for product, found in verify_all():
            if found is None:
                waiting.append(product.key)
                continue
            judged += 1
            wrong += self._tell(found)
        told = f" {_not_judged(waiting)}" if waiting else ""
        if wrong:
            self.stderr.write(f"{wrong} wrong.{told}")
            sys.exit(WRONG)
        if waiting and not judged:
            self.stderr.write(f"No score was judged.{told}")
            sys.exit(NOTHING_JUDGED)
        of = f" of {count(judged, 'product')}" if waiting else ""
        self.stdout.write(f"Every score{of} is right.{told}")

    def _tell(self, found):
        """How many are wrong."""
        for key, names, stored, computed in found:
            self.stdout.write(f"{key}: {', '.join(names)}")
            self.stdout.write(f"    stored   {stored}")
            self.stdout.write(f"    computed {computed}")
        return len(found)


def _not_judged(keys):
    more = [f"{len(keys) - NAMED} more"] if len(keys) > NAMED else []
    wait = "waits" if len(keys) == 1 else "wait"
    named = and_join([*keys[:NAMED], *more])
    return f"{count(len(keys), 'product')} {wait} to be rescored and couldn't be judged: {named}."
