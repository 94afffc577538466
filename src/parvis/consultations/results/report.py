"""The published result as a PDF: what the page says, for a council, a wall, an archive."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from parvis.consultations.delivery import delivery_of
from parvis.consultations.follow_up import followed, steps_of
from parvis.consultations.models import Consultation
from parvis.consultations.results.paper import parts_of
from parvis.consultations.results.showing import results_of
from parvis.documents.finding_report import (
    FindingReport,
    ReportChapter,
    ReportPart,
    render_finding_report,
)
from parvis.documents.language import reader_language

# Beyond, paper says where the rest is.
MOST_IDEAS = 300


def render_report(consultation: Consultation) -> bytes:
    """The report of a published result; the same content gives the same bytes."""
    assert consultation.published_at is not None  # a report is made of what is published
    participation = render_to_string(
        "consultations/public/_participation.html", {"consultation": consultation}
    )
    chapters = [
        ReportChapter(one.phase.title, parts_of(one.html, _("Le résultat")))
        for one in results_of(consultation)
    ]
    chapters.append(ReportChapter(_("De l’idée à la décision"), _followed(consultation)))
    delivery = render_to_string(
        "consultations/public/_delivery.html", {"delivery": delivery_of(consultation)}
    )
    chapters.append(ReportChapter(_("Ce qui est fait"), parts_of(delivery, _("Les jalons"))))
    chapters.append(
        ReportChapter(_("Qui a participé"), parts_of(participation, _("La participation")))
    )
    return render_finding_report(
        FindingReport(
            language=reader_language(),
            made_at=consultation.published_at,
            author=consultation.organisation.name,
            title=consultation.title,
            organisation=consultation.organisation.name,
            simulation=_("Simulation : organisme fictif")
            if consultation.organisation.is_simulated
            else "",
            certain_heading=_("Ce qui est décidé, et pourquoi"),
            certain=tuple(_paragraphs(consultation.conclusion)),
            to_do_heading=_("Ce qui était demandé"),
            to_do=(consultation.summary,),
            chapters=tuple(chapter for chapter in chapters if chapter.parts),
            reading_heading=_("Comment lire"),
            reading=reading_words(),
        )
    )


def reading_words() -> tuple[str, ...]:
    """How votes were counted, and how anybody may count them again."""
    return (
        _(
            "À la fin de chaque étape, les votes ont été comptés, puis séparés pour toujours de "
            "ceux qui les ont donnés."
        ),
        _(
            "Ceux qui ont participé l’ont choisi : ils ne représentent pas toute la population. "
            "Les données ouvertes de cette consultation permettent à chacun de refaire les calculs."
        ),
    )


def _paragraphs(text: str) -> list[str]:
    return [one.strip() for one in text.split("\n") if one.strip()]


def _followed(consultation: Consultation) -> tuple[ReportPart, ...]:
    parts: list[ReportPart] = []
    for idea in followed(consultation)[:MOST_IDEAS]:
        html = render_to_string(
            "consultations/public/_follow_up.html", {"steps": steps_of(idea), "contribution": idea}
        )
        parts += parts_of(html, str(idea))
    return tuple(parts)
