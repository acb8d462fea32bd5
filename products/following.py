"""Who is told of what happens to a requirement: whoever took part in it, or said so."""

from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import F

from accounts.models import User

#: A block pasted into the grid, or a call of the API with more, is an import by another way:
#: nobody wants to be told of thousands because of it.
MAX_FOLLOWED_AT_ONCE = 50


class FollowingQuerySet(models.QuerySet):
    def of_members(self):
        """Those that count: of people who are in the product still."""
        return self.filter(
            follows=True, user__is_active=True, user__memberships__product=F("product")
        )


class Following(models.Model):
    """Whether somebody follows a requirement. Who unfollowed it has a row too, and keeps it."""

    product = models.ForeignKey(
        "products.Product", on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    requirement = models.ForeignKey(
        "products.Requirement",
        on_delete=models.CASCADE,
        related_name="followings",
        db_constraint=False,
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    follows = models.BooleanField()

    objects = FollowingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["requirement", "user"], name="one_following_per_requirement_and_user"
            )
        ]

    def __str__(self):
        return f"{self.user}: {'follows' if self.follows else 'unfollowed'} {self.requirement_id}"


def follow_by_taking_part(*, user: User | None, product, requirement_ids: Iterable[int]) -> None:
    """Who creates, rates or comments follows from then on, unless they have unfollowed it.

    A product token's bearer is nobody to be told.
    """
    ids = set(requirement_ids)
    if user is None or user.pk is None or len(ids) > MAX_FOLLOWED_AT_ONCE:
        return
    Following.objects.bulk_create(
        [Following(product=product, requirement_id=pk, user=user, follows=True) for pk in ids],
        ignore_conflicts=True,
    )


def set_following(*, user: User, requirement, follows: bool) -> None:
    Following.objects.update_or_create(
        user=user,
        requirement=requirement,
        defaults={"follows": follows},
        create_defaults={"follows": follows, "product": requirement.product},
    )


def is_following(user: User, requirement) -> bool:
    return Following.objects.filter(user=user, requirement=requirement, follows=True).exists()
