from django.urls import path

from products.views import invitations, members, product, tokens

urlpatterns = [
    path("p/<str:key>/edit/", product.product_edit, name="product_edit"),
    path("p/<str:key>/delete/", product.product_delete, name="product_delete"),
    path("p/<str:key>/members/", members.members, name="members"),
    path("p/<str:key>/members/leave/", members.member_leave, name="member_leave"),
    path("p/<str:key>/members/<int:pk>/", members.member_role, name="member_role"),
    path("p/<str:key>/members/<int:pk>/remove/", members.member_remove, name="member_remove"),
    path(
        "p/<str:key>/invitations/<int:pk>/revoke/",
        invitations.invitation_revoke,
        name="invitation_revoke",
    ),
    path("p/<str:key>/tokens/", tokens.product_tokens, name="product_tokens"),
    path(
        "p/<str:key>/tokens/<int:pk>/revoke/",
        tokens.product_token_revoke,
        name="product_token_revoke",
    ),
    path("invitations/mine/<int:pk>/", invitations.invitation_mine, name="invitation_mine"),
    path("invitations/<str:text>/", invitations.invitation, name="invitation"),
    path("invitations/<str:text>/accept/", invitations.invitation_accept, name="invitation_accept"),
    path(
        "invitations/<str:text>/sign-up/",
        invitations.invitation_sign_up,
        name="invitation_sign_up",
    ),
]
