"""Addresses where people are verified, and of how a coordinator prepares it."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.consultations.views.citizen import entering, provider
from parvis.consultations.views.team import admission

urlpatterns: list[URLPattern] = [
    # Before the addresses of consultations: no code is spelt so.
    path("participer/identite/retour/", provider.from_provider, name="from_provider"),
    path("participer/<str:code>/entrer/", entering.enter, name="enter"),
    path("participer/<str:code>/entrer/courriel/", entering.enter_by_mail, name="enter_by_mail"),
    path("participer/<str:code>/entrer/courriel/parti/", entering.link_sent, name="link_sent"),
    path("participer/<str:code>/entrer/code/", entering.enter_with_code, name="enter_with_code"),
    path("participer/<str:code>/entrer/liste/", entering.enter_from_roll, name="enter_from_roll"),
    path("participer/<str:code>/entrer/identite/", provider.to_provider, name="to_provider"),
    path("participer/<str:code>/lien/<str:secret>/", entering.mail_link, name="mail_link"),
    path("participer/<str:code>/quitter/", entering.leave, name="leave"),
    path("consultations/<int:pk>/verification/", admission.admission, name="admission"),
    path("consultations/<int:pk>/verification/codes/", admission.print_codes, name="print_codes"),
    path(
        "consultations/<int:pk>/verification/codes/<int:batch>/annuler/",
        admission.cancel_codes,
        name="cancel_codes",
    ),
    path("consultations/<int:pk>/verification/liste/", admission.import_roll, name="import_roll"),
    path(
        "consultations/<int:pk>/verification/liste/retirer/",
        admission.remove_roll,
        name="remove_roll",
    ),
]
