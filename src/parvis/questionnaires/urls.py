"""Addresses of this room."""

from django.urls import path

from parvis.questionnaires.views import grid

app_name = "questionnaires"
urlpatterns = [
    path("<int:pk>/", grid.grid_page, name="grid"),
    path("<int:pk>/grille.json", grid.grid_json, name="grid_json"),
]
