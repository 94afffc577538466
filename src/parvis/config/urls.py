"""All addresses of the product: the only module, with the settings, that knows all rooms."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("parvis.web.urls")),
    path("", include("parvis.foundation.urls")),
    path("compte/", include("parvis.accounts.urls")),
    path("compte/", include("allauth.urls")),
    path("annuaire/", include("parvis.organisations.urls")),
    path("grilles/", include("parvis.questionnaires.urls")),
    path("editions/", include("parvis.editions.urls")),
    path("terrain/", include("parvis.mystery_audits.urls")),
    path("resultats/", include("parvis.results.urls")),
    path("", include("parvis.feedback.urls")),
    path("", include("parvis.consultations.urls")),
    path("", include("parvis.staff_polls.urls")),
    path("", include("parvis.live_sessions.urls")),
    path("api/", include("parvis.config.api")),
]

handler400 = "parvis.web.views.errors.bad_request"
handler403 = "parvis.web.views.errors.permission_denied"
handler404 = "parvis.web.views.errors.page_not_found"
handler500 = "parvis.web.views.errors.server_error"
