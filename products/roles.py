"""Who may do what in a product: the one table behind pages, API and tests."""

from django.db.models import IntegerChoices


class Role(IntegerChoices):
    VIEWER = 1, "viewer"
    CONTRIBUTOR = 2, "contributor"
    MAINTAINER = 3, "maintainer"
    OWNER = 4, "owner"


#: action → the smallest role that may do it. Anyone without a role gets 404.
MAY = {
    "read": Role.VIEWER,
    "rate": Role.CONTRIBUTOR,
    "record_reading": Role.CONTRIBUTOR,
    "comment": Role.CONTRIBUTOR,
    "add_requirement": Role.CONTRIBUTOR,
    "edit_own_requirement": Role.CONTRIBUTOR,
    "edit_any_requirement": Role.MAINTAINER,
    "set_must_do": Role.MAINTAINER,
    "edit_personas": Role.MAINTAINER,
    "edit_policy": Role.MAINTAINER,
    "edit_own_scenario": Role.CONTRIBUTOR,
    "edit_any_scenario": Role.MAINTAINER,
    "import": Role.MAINTAINER,
    "edit_others_ratings": Role.MAINTAINER,
    "edit_others_readings": Role.MAINTAINER,
    "delete_others_comments": Role.MAINTAINER,
    "read_log": Role.MAINTAINER,
    "edit_product": Role.MAINTAINER,
    "manage_members": Role.OWNER,
    "manage_tokens": Role.OWNER,
    "delete_product": Role.OWNER,
}
