"""Addresses of the directory, under /annuaire/."""

from django.urls import path

from parvis.organisations.views import directory, mandates, sites

app_name = "organisations"
urlpatterns = [
    path("", directory.search, name="search"),
    path("suggestions", directory.suggestions, name="suggestions"),
    path("ajouter/", directory.register_body, name="register_body"),
    path("<int:number>/", directory.detail, name="detail"),
    path("<int:number>/agir/", directory.ask_to_act, name="ask_to_act"),
    path("demandes/", mandates.pending, name="mandates"),
    path("demandes/decidees/", mandates.decided, name="decided_mandates"),
    path("demandes/<int:number>/confirmer/", mandates.confirm, name="confirm_mandate"),
    path("demandes/<int:number>/refuser/", mandates.refuse, name="refuse_mandate"),
    path("demandes/<int:number>/terminer/", mandates.end, name="end_mandate"),
    path("lieux/", sites.sites, name="sites"),
    path("lieux/ajouter/", sites.add, name="add_site"),
    path("lieux/<int:number>/", sites.change, name="change_site"),
    path("lieux/<int:number>/fermer/", sites.close, name="close_site"),
    path("lieux/<int:number>/rouvrir/", sites.reopen, name="reopen_site"),
]
