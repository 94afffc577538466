"""The pages every public site owes its visitors, and what the barometer is."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from parvis.foundation.access import public
from parvis.web.personal_data_page import register_by_subject


@public
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "web/about.html")


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "web/accessibility.html")


@public
@require_safe
def legal_notice(request: HttpRequest) -> HttpResponse:
    context = {
        "operator_address": settings.OPERATOR_ADDRESS,
        "publication_director": settings.PUBLICATION_DIRECTOR,
        "hosting_provider": settings.HOSTING_PROVIDER,
    }
    return render(request, "web/legal.html", context)


@public
@gzip_page  # a long table, the same for everybody
@require_safe
def personal_data(request: HttpRequest) -> HttpResponse:
    return render(request, "web/personal_data.html", {"subjects": register_by_subject()})
