"""Addresses of this room."""

from django.urls import path

from parvis.results.views import national, operator, participant

app_name = "results"
urlpatterns = [
    path("", participant.mine, name="mine"),
    path("<int:pk>/", participant.sheet, name="sheet"),
    path("<int:pk>/parcours/", participant.journey, name="journey"),
    path("<int:pk>/criteres/", participant.criteria, name="criteria"),
    path("<int:pk>/methode/", participant.method, name="method"),
    path("<int:pk>/contacts/<int:contact_pk>/", participant.contact, name="contact"),
    path("<int:pk>/rapport.pdf", participant.pdf, name="report"),
    path("<int:pk>/resultats.csv", participant.export, name="export"),
    path("calculs/<slug:slug>/", operator.runs, name="runs"),
    path("calculs/<slug:slug>/lancer/", operator.launch, name="launch"),
    path("calculs/<slug:slug>/<int:number>/", operator.run_page, name="run"),
    path("calculs/<slug:slug>/<int:number>/fiches/", operator.sheets, name="sheets"),
    path(
        "calculs/<slug:slug>/<int:number>/fiches/<int:organisation>/",
        operator.full_sheet,
        name="full_sheet",
    ),
    path("calculs/<slug:slug>/<int:number>/publier/", operator.publication, name="publish"),
    path("nationaux/<slug:slug>/", national.national, name="national"),
]
