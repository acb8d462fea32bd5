from django.urls import path

from products.api import invitations, me, members, problem_pages

urlpatterns = [
    path("me/", me.Me.as_view(), name="api_me"),
    path("problems/", problem_pages.ProblemTypes.as_view(), name="api_problems"),
    path("problems/<str:name>/", problem_pages.OneProblemType.as_view(), name="api_problem"),
    path("products/<str:key>/members/", members.Members.as_view(), name="api_members"),
    path("products/<str:key>/members/<int:pk>/", members.OneMember.as_view(), name="api_member"),
    path(
        "products/<str:key>/invitations/",
        invitations.Invitations.as_view(),
        name="api_invitations",
    ),
    path(
        "products/<str:key>/invitations/<int:pk>/",
        invitations.OneInvitation.as_view(),
        name="api_invitation",
    ),
]
