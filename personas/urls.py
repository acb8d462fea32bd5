from django.urls import path

from personas import views

urlpatterns = [
    path("p/<str:key>/personas/new/", views.persona_new, name="persona_new"),
    path("p/<str:key>/personas/<int:pk>/", views.persona_edit, name="persona_edit"),
    path("p/<str:key>/personas/<int:pk>/delete/", views.persona_delete, name="persona_delete"),
    path("p/<str:key>/personas/<int:pk>/count/", views.persona_count, name="persona_count"),
]
