from django.urls import path

from personas.api import readings

urlpatterns = [
    path("adoption-readings/", readings.Readings.as_view(), name="api_readings"),
    path("adoption-readings/<int:pk>/", readings.OneReading.as_view(), name="api_reading"),
]
