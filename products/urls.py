from django.urls import path

from products.views import members, product

urlpatterns = [
    path("p/<str:key>/edit/", product.product_edit, name="product_edit"),
    path("p/<str:key>/delete/", product.product_delete, name="product_delete"),
    path("p/<str:key>/members/", members.members, name="members"),
    path("p/<str:key>/members/<int:pk>/", members.member_role, name="member_role"),
    path("p/<str:key>/members/<int:pk>/remove/", members.member_remove, name="member_remove"),
]
