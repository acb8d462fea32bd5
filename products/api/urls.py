from django.urls import path

from products.api import members

urlpatterns = [
    path("products/<str:key>/members/", members.Members.as_view(), name="api_members"),
    path("products/<str:key>/members/<int:pk>/", members.OneMember.as_view(), name="api_member"),
]
