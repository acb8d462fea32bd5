import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.at_most import at_most
from accounts.cut_off_triggers import cuts_off
from accounts.history import with_input_history
from products.fields import created_at_field, one_of, updated_by_field, version_field, within
from products.following import Following as Following
from products.kept_answers import KeptAnswer as KeptAnswer
from products.querysets import InvitationQuerySet, ProductQuerySet
from products.roles import Role
from products.triggers import marks_product, raises_version, stays_in_product

#: of one person; anybody who signs in may make some
MAX_PRODUCTS_PER_OWNER = 200


@with_input_history(exclude=["last_number"])
class Product(models.Model):
    """What a team prioritises for; the tenant."""

    key = models.CharField(
        max_length=10,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9]{2,10}\Z", "Use 2 to 10 of A–Z and 0–9.")],
        help_text="2 to 10 capital letters and digits, such as ROTA. It never changes.",
    )
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True, max_length=20_000)
    effort_unit = models.CharField(max_length=20, default="days", db_default="days")
    capacity = models.FloatField(
        null=True,
        blank=True,
        help_text="How much effort the next release holds. Draws the line where it ends.",
    )
    is_sample = models.BooleanField(default=False, db_default=False, editable=False)
    last_number = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    created_at = created_at_field()
    version = version_field()
    updated_by = updated_by_field()

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(key__regex=r"^[A-Z0-9]{2,10}$"),
                name="a_product_key_is_2_to_10_capitals_or_digits",
            ),
            within("a_capacity_is_0_01_to_a_million", "capacity", 0.01, 1e6),
            within("a_last_number_is_0_to_a_billion", "last_number", 0, 1e9),
        ]
        triggers = [
            raises_version(ignoring=["last_number"]),
            pgtrigger.ReadOnly(name="key_stays", fields=["key"]),
            pgtrigger.Trigger(
                name="gets_policy_and_state",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    INSERT INTO prioritisation_scoringstate (product_id) VALUES (NEW.id);
                    INSERT INTO prioritisation_scoringpolicy (product_id) VALUES (NEW.id);
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="clears_marks",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                referencing=pgtrigger.Referencing(old="old_rows"),
                func="""
                    DELETE FROM prioritisation_productchange
                    WHERE product_id IN (SELECT id FROM old_rows);
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self):
        return self.name


@with_input_history()
class Membership(models.Model):
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="memberships", db_constraint=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.PositiveSmallIntegerField(choices=Role.choices)
    version = version_field()
    updated_by = updated_by_field()

    class Meta:
        ordering = ["-role", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "user"],
                name="one_membership_per_product_and_user",
                violation_error_message="This person is a member already.",
            ),
            one_of("a_role_is_one_of_the_four", "role", Role),
        ]
        triggers = [
            raises_version(),
            stays_in_product("user"),
            *at_most(
                MAX_PRODUCTS_PER_OWNER,
                of="user_id",
                parent="accounts_user",
                says=f"an owner has at most {MAX_PRODUCTS_PER_OWNER} products",
                where=f"role = {Role.OWNER.value}",
            ),
            *cuts_off(
                key="id", user="o.user_id", product="o.product_id", updated="n.role <> o.role"
            ),
            pgtrigger.Trigger(
                name="product_keeps_an_owner",
                when=pgtrigger.After,
                operation=pgtrigger.Update | pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                func=f"""
                    IF EXISTS (SELECT FROM products_product WHERE id = OLD.product_id)
                    AND NOT EXISTS (
                        SELECT FROM products_membership
                        WHERE product_id = OLD.product_id AND role = {Role.OWNER.value}
                    ) THEN
                        RAISE EXCEPTION 'a product keeps an owner while it lives'
                        USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'a_product_keeps_an_owner';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self):
        return f"{self.user}, {self.get_role_display()}"


# No e-mail either: an event can't be changed, and where a person is to be forgotten it has to be.
@with_input_history(exclude=["digest", "email"])
class Invitation(models.Model):
    """A link that makes whoever opens it, and presses its button, a member. Good for one person."""

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="invitations", db_constraint=False
    )
    role = models.PositiveSmallIntegerField(choices=Role.choices)
    email = models.EmailField(
        "e-mail", blank=True, default="", db_default="", help_text="Whom alone it lets in, if set."
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    """SHA-256 of the text in the link: a dump of the database opens nothing."""
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    accepted_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = created_at_field()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    version = version_field()
    updated_by = updated_by_field()

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [one_of("an_invitations_role_is_one_of_the_four", "role", Role)]
        triggers = [
            raises_version(),
            stays_in_product("role", "digest"),
            # Without one, whoever has the link is let in: only a closed one may lose its e-mail.
            pgtrigger.Trigger(
                name="keeps_its_email_while_open",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF OLD.email <> NEW.email
                        AND (NEW.email <> '' OR NEW.revoked_at IS NULL AND NEW.accepted_at IS NULL)
                    THEN
                        RAISE EXCEPTION 'an invitation keeps its e-mail while it is open';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self):
        return f"{self.get_role_display()} of {self.product}"


class Status(models.TextChoices):
    IDEA = "idea", "Idea"
    PLANNED = "planned", "Planned"
    IN_PROGRESS = "in_progress", "In progress"
    SHIPPED = "shipped", "Shipped"
    DECLINED = "declined", "Declined"


OPEN = (Status.IDEA, Status.PLANNED, Status.IN_PROGRESS)


class MustReason(models.TextChoices):
    NONE = "", "No"
    LAW = "law", "Law"
    CONTRACT = "contract", "Contract"
    SAFETY = "safety", "Safety"
    UPKEEP = "upkeep", "Upkeep"


class RequirementQuerySet(models.QuerySet):
    def open(self):
        return self.filter(status__in=OPEN)


@with_input_history()
class Requirement(models.Model):
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="requirements", db_constraint=False
    )
    number = models.PositiveIntegerField(editable=False)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, max_length=20_000, help_text="Markdown.")
    status = models.CharField(
        max_length=12, choices=Status.choices, default=Status.IDEA, db_default=Status.IDEA
    )
    decision = models.TextField(
        blank=True, max_length=5_000, help_text="Why planned against the order, or why declined."
    )
    effort = models.FloatField(null=True, blank=True)
    must_reason = models.CharField(
        "must do", max_length=8, choices=MustReason.choices, blank=True, default="", db_default=""
    )
    must_note = models.CharField(max_length=500, blank=True, default="", db_default="")
    must_by = models.DateField(null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=40), blank=True, default=list)
    external_id = models.CharField(max_length=200, blank=True, default="", db_default="")
    external_url = models.URLField(max_length=500, blank=True, default="", db_default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = created_at_field()
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    version = version_field()
    updated_by = updated_by_field()

    objects = RequirementQuerySet.as_manager()

    class Meta:
        ordering = ["product", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "number"], name="one_requirement_per_product_and_number"
            ),
            # What the composite foreign keys of ratings and comments point to.
            models.UniqueConstraint(
                fields=["id", "product"], name="a_requirement_is_of_one_product"
            ),
            models.UniqueConstraint(
                fields=["product", "external_id"],
                condition=~Q(external_id=""),
                name="one_requirement_per_product_and_external_id",
                violation_error_message="Another requirement has this external id.",
            ),
            within("an_effort_is_0_01_to_a_million", "effort", 0.01, 1e6),
            within("a_number_is_1_to_a_billion", "number", 1, 1e9),
            one_of("a_status_is_one_of_the_five", "status", Status),
            one_of("a_must_reason_is_one_of_the_five", "must_reason", MustReason),
        ]
        indexes = [GinIndex(fields=["tags"], name="requirement_tags")]
        triggers = [
            raises_version(touching=["updated_at"]),
            stays_in_product("number"),
            *marks_product(requirement="id"),
            # Whoever inserts with a number of their own (COPY, psql): it is never given again.
            pgtrigger.Trigger(
                name="uses_up_its_number",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_rows"),
                func="""
                    UPDATE products_product p SET last_number = n.highest
                    FROM (SELECT product_id, max(number) AS highest FROM new_rows
                          GROUP BY product_id) n
                    WHERE p.id = n.product_id AND p.last_number < n.highest;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def key(self):
        return f"{self.product.key}-{self.number}"

    @property
    def is_open(self):
        return self.status in OPEN

    def save(self, **kwargs):
        if self.number is None:
            self.number = Product.objects.take_numbers(self.product_id, 1)
        super().save(**kwargs)


@with_input_history()
class Comment(models.Model):
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    requirement = models.ForeignKey(
        Requirement, on_delete=models.CASCADE, related_name="comments", db_constraint=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    text = models.TextField(max_length=10_000)
    created_at = created_at_field()
    version = version_field()
    updated_by = updated_by_field()

    class Meta:
        ordering = ["created_at", "id"]
        triggers = [raises_version(), stays_in_product("requirement")]

    def __str__(self):
        return self.text[:60]
