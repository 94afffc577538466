"""The PDF of a participant: the sentences, charts and tables of its pages, laid out for paper."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import strip_tags
from django.utils.text import slugify
from django.utils.translation import gettext as _

from parvis.documents.charts import DotStripWords
from parvis.documents.charts.scale import whole
from parvis.documents.language import reader_language
from parvis.documents.participant_report import (
    ContactLine,
    CriterionScore,
    Fingerprint,
    Notice,
    OverallScore,
    ParticipantReport,
    ReportLabels,
    ReportTable,
    ScoreSection,
    Spread,
    render_participant_report,
)
from parvis.foundation.days import day_in_words
from parvis.foundation.working_time import time_zone_of
from parvis.questionnaires.enums import Channel, Determinant
from parvis.results import wording
from parvis.results.comparisons import spread_class
from parvis.results.contact_lines import ContactRow, ReplyTimes, contact_rows, reply_times
from parvis.results.models import Publication
from parvis.results.reading import CriterionScore as ReadCriterion
from parvis.results.reading import Reading

# What fits on the third of four pages, beside the longest labels of the default grid.
NAMED_CRITERIA = 3


def file_name(reading: Reading) -> str:
    """The report's, and the table's but for its ending; of made-up results it says so."""
    scope = f"vague-{reading.run.wave.number}" if reading.run.wave else "edition"
    kind = "simulation-" if reading.edition.is_simulated else ""
    return f"{kind}{slugify(reading.organisation.name)}-{reading.edition.slug}-{scope}.pdf"


def render(reading: Reading, publication: Publication) -> bytes:
    """The report in the language in force; the same run and publication give the same bytes."""
    return render_participant_report(participant_report(reading, publication))


def participant_report(reading: Reading, publication: Publication) -> ParticipantReport:
    rows = contact_rows(reading.row, reading.grid)
    organisation, edition, run = reading.organisation, reading.edition, reading.run
    zone = time_zone_of(organisation.departement_code)
    with timezone.override(zone):
        contacts = tuple(_contact(row) for row in rows)
    return ParticipantReport(
        language=reader_language(),
        made_at=run.created_at,
        author=str(settings.OPERATOR_NAME),
        title=_("%(organisation)s : résultats, %(scope)s")
        % {"organisation": organisation.name, "scope": wording.scope_name(run)},
        organisation=organisation.name,
        edition=edition.title,
        wave=wording.scope_name(run),
        stratum=_stratum(reading),
        simulation=_("Simulation : organisme fictif") if edition.is_simulated else "",
        certain=tuple(_plain(sentence) for sentence in reading.certain),
        overall=OverallScore(
            value_percent=reading.overall.estimate.percent,
            scale=_("sur 100"),
            sentences=tuple(reading.overall_sentences),
            facts=(wording.contacts_count(reading.sheet.overall.contacts),),
        ),
        spread=spread_of(reading),
        channels=reading.channel_section,
        reply_times=_reply_table(reply_times(rows, reading.grid)),
        stages=reading.stage_section,
        determinants=_with_short_labels(reading),
        strongest=tuple(_criterion(item) for item in reading.strongest[:NAMED_CRITERIA]),
        weakest=tuple(_criterion(item) for item in reading.weakest[:NAMED_CRITERIA]),
        contacts=contacts,
        reading=Notice(
            _("Comment lire ce rapport"),
            (
                _(
                    "Chaque score va de 0 à 100. La bande qui l’entoure montre ce qui reste "
                    "possible compte tenu du petit nombre de prises de contact : deux scores dont "
                    "les bandes se recouvrent largement ne sont pas vraiment différents."
                ),
                _(
                    "La moyenne est celle des participants, vous compris. Tous sont "
                    "volontaires : ce n’est pas la moyenne de toutes les collectivités."
                ),
            ),
        ),
        notices=_notices(reading, publication),
        run=wording.run_sentence(run),
        fingerprints=(
            Fingerprint(_("Données (SHA-256)"), run.input_sha256),
            Fingerprint(_("Résultats (SHA-256)"), run.result_sha256),
        ),
        labels=_labels(),
    )


def _stratum(reading: Reading) -> str:
    label = str(reading.stratum.label)
    count = reading.comparisons.participants(reading.sheet.stratum)
    return f"{label}, {wording.participants_count(count)}" if count else label


def _plain(sentence: str) -> str:
    return unescape(strip_tags(sentence))


def _contact(row: ContactRow) -> ContactLine:
    sent = ""
    if row.sent_at is not None:
        sent = date_format(timezone.localtime(row.sent_at), "SHORT_DATETIME_FORMAT")
    return ContactLine(
        channel=str(wording.SHORT_CHANNEL[row.channel]),
        request=row.request,
        sent=sent,
        outcome=row.outcome,
        sign=row.sign,
        score_percent=row.score_percent,
    )


def _with_short_labels(reading: Reading) -> ScoreSection:
    """The determinants, named in a word or two: their column of the page is half as wide."""
    section = reading.determinant_section
    short = wording.SHORT_DETERMINANT
    rows = zip(section.rows, reading.determinants, strict=True)
    return replace(
        section,
        rows=tuple(
            replace(row, label=str(short.get(Determinant(score.code), row.label)))
            for row, score in rows
        ),
    )


def _criterion(item: ReadCriterion) -> CriterionScore:
    return CriterionScore(
        label=item.score.label,
        channel=str(wording.SHORT_CHANNEL[Channel(item.criterion.channel)]).lower(),
        score_percent=item.score.estimate.percent or 0.0,
        lower=item.score.estimate.lower,
        upper=item.score.estimate.upper,
    )


def spread_of(reading: Reading) -> Spread | None:
    """The others as dots, where the publication froze enough of them to be drawn."""
    own = reading.overall.estimate.percent
    others = list(reading.comparisons.spread)
    if own is None or not others:
        return None
    # One's own dot is drawn apart: take the one of its class away.
    if spread_class(own) in others:
        others.remove(spread_class(own))
    return Spread(
        finding=_("Votre score parmi ceux des participants"),
        description=_("Un point par participant, à deux points près."),
        others_percent=tuple(others),
        own_percent=own,
        words=DotStripWords(
            class_header=_("Score"),
            count_header=_("Participants"),
            own_header=_("Vous"),
            others_sign=_("un autre participant"),
            own_sign=_("vous"),
            own_name=_("Vous"),
        ),
    )


def _reply_table(times: list[ReplyTimes]) -> ReportTable:
    return ReportTable(
        title=_("Vos délais de réponse"),
        note=_(
            "Heures ouvrées, de 9 h à 17 h. Un accusé de réception n’est pas une réponse ; ce qui "
            "est resté sans réponse compte comme hors délai."
        ),
        headers=(
            _("Canal"),
            _("Envois"),
            _("Réponses"),
            _("Délai médian"),
            _("Dans le délai fixé (intervalle à 95 %)"),
        ),
        rows=tuple(
            (
                str(item.channel.label),
                str(item.sent),
                str(item.answered),
                wording.delay_in_words(item.median_hours) if item.median_hours is not None else "–",
                _("%(within)d sur %(sent)d (%(lower)s–%(upper)s %%)")
                % {
                    "within": item.within,
                    "sent": item.sent,
                    "lower": whole(item.lower_percent),
                    "upper": whole(item.upper_percent),
                },
            )
            for item in times
        ),
    )


def weights_in_words(reading: Reading) -> str:
    """The weights of the overall score, as the edition published them."""
    weights = {w.channel: w.weight_percent for w in reading.edition.channel_weights.all()}
    return ", ".join(
        f"{score.label} {number_format(weights[score.code].normalize(), use_l10n=True)} %"
        for score in reading.channels
        if weights.get(score.code)
    )


def limits_in_words(reading: Reading) -> list[str]:
    """What the reader must know before trusting a figure of this sheet."""
    found = [
        _(
            "Peu de prises de contact par canal : lisez les intervalles avant les scores. À 95 %, "
            "un écart sur vingt paraît certain par hasard."
        )
    ]
    if reading.rests_on_assumption:
        found.append(
            _(
                "Trop peu de mesures répétées pour estimer la dispersion de ce canal : son "
                "intervalle repose sur une dispersion supposée (%s)."
            )
            % wording.joined(reading.rests_on_assumption)
        )
    if reading.absent_channels:
        found.append(
            _("Canal obligatoire déclaré inexistant, noté 0 : %s.")
            % wording.joined(reading.absent_channels)
        )
    if reading.missing_channels:
        found.append(
            _("Aucune prise de contact validée, le canal n’est pas noté : %s.")
            % wording.joined(reading.missing_channels)
        )
    return found


def _notices(reading: Reading, publication: Publication) -> tuple[Notice, ...]:
    return (
        Notice(
            _("Méthode"),
            (
                _(
                    "Des citoyens-mystère ont adressé à vos services des demandes ordinaires. "
                    "Chaque prise de contact a été relue. Poids du score d’ensemble : %s."
                )
                % weights_in_words(reading),
            ),
        ),
        Notice(_("Limites"), tuple(limits_in_words(reading))),
        Notice(
            _("Confidentialité"),
            (
                _(
                    "Les moyennes demandent au moins %(peers)d autres participants et sont celles "
                    "du %(day)s. Ce rapport ne permet d’identifier le score d’aucun autre "
                    "participant. Document administratif, il peut être communiqué à qui en fait "
                    "la demande."
                )
                % {
                    "peers": publication.comparisons["minimum_peers"],
                    "day": day_in_words(reading.comparisons.frozen_on),
                },
            ),
        ),
    )


def _labels() -> ReportLabels:
    return ReportLabels(
        certain=_("Ce qui est certain"),
        overall=_("Score d’ensemble"),
        channels=_("Vos résultats par canal"),
        journey=_("Le parcours de l’usager"),
        stages=_("Par étape"),
        determinants=_("Par déterminant"),
        strongest=_("Vos critères les plus solides"),
        weakest=_("Vos critères à travailler"),
        no_criterion=_("Aucun critère ne se détache."),
        contacts=_("Vos prises de contact"),
        contact_channel=_("Canal"),
        contact_request=_("Demande"),
        contact_sent=_("Envoyée"),
        contact_outcome=_("Réponse"),
        contact_score=_("Score"),
        no_contact=_("Aucune prise de contact n’a pu être validée."),
        traceability=_("Traçabilité"),
    )
