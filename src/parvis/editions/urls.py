"""Addresses of this room: the operator's under gestion/, the coordinators' under inscriptions/."""

from django.urls import path

from parvis.editions.views import coordinator, operator, public

app_name = "editions"
urlpatterns = [
    path("", public.edition_list, name="public_list"),
    path("gestion/", operator.board_list, name="board_list"),
    path("gestion/nouvelle/", operator.create, name="create"),
    path("gestion/<slug:slug>/", operator.board, name="board"),
    path("gestion/<slug:slug>/modifier/", operator.edit, name="edit"),
    path("gestion/<slug:slug>/ouvrir/", operator.open_to_public, name="open"),
    path(
        "gestion/<slug:slug>/vagues/<int:number>/ouvrir/",
        operator.start_wave,
        name="open_wave",
    ),
    path("gestion/<slug:slug>/inscriptions/", operator.registrations, name="registrations"),
    path("inscriptions/", coordinator.my_registrations, name="my_registrations"),
    path("inscriptions/<int:pk>/", coordinator.registration, name="registration"),
    path("inscriptions/<int:pk>/modifier/", coordinator.edit_registration, name="amend"),
    path("inscriptions/<int:pk>/retrait/", coordinator.withdraw_registration, name="withdraw"),
    path("<slug:slug>/", public.edition_detail, name="public_detail"),
    path("<slug:slug>/methode/", public.method, name="method"),
    path("<slug:slug>/inscription/", coordinator.register_body, name="register"),
]
