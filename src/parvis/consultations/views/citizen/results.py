"""The result of a consultation: what was decided and why, phase by phase, and who took part."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from parvis.consultations.delivery import delivery_of
from parvis.consultations.follow_up import followed, steps_of
from parvis.consultations.pre_electoral import withheld
from parvis.consultations.results.report import reading_words, render_report
from parvis.consultations.results.showing import results_of
from parvis.consultations.views.citizen.visit import Visit, visiting

IDEAS_A_PAGE = 20


@require_safe
@visiting
def result(visit: Visit) -> HttpResponse:
    """What was decided and why, each phase's result, what became of the ideas, who took part."""
    consultation = visit.consultation
    election = withheld(consultation)
    page = Paginator(followed(consultation), IDEAS_A_PAGE).get_page(
        visit.request.GET.get("page", "1")
    )
    return visit.render(
        "consultations/public/result.html",
        {
            "election": election,
            "is_published": consultation.published_at is not None and election is None,
            "results": results_of(consultation),
            "ideas": [(idea, steps_of(idea)) for idea in page],
            "page": page,
            "delivery": None if election else delivery_of(consultation),
            "reading": reading_words(),
            "is_simulated": consultation.organisation.is_simulated,
        },
    )


@require_safe
@visiting
def result_file(visit: Visit) -> HttpResponse:
    """The same as a PDF, once the result is published."""
    consultation = visit.consultation
    if consultation.published_at is None or withheld(consultation) is not None:
        raise Http404
    response = HttpResponse(render_report(consultation), content_type="application/pdf")
    name = slugify(consultation.title)[:60] or consultation.code
    response["Content-Disposition"] = f'attachment; filename="resultat-{name}.pdf"'
    return response
