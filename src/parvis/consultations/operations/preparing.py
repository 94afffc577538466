"""Preparing a consultation: from a template, its settings, its phases, its opening."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.consultations import keys
from parvis.consultations.enums import (
    CONSULTATION_TRANSITIONS,
    INTERACTIVE,
    Admission,
    ConsultationState,
    ContributionKind,
    ModerationMoment,
    PhaseKind,
    Template,
)
from parvis.consultations.models import CODE_LENGTH, Consultation, Contribution, Phase
from parvis.consultations.operations.contributing import Content, write_for_team
from parvis.consultations.operations.holding import hold_consultation
from parvis.consultations.operations.publishing import journal_embargo_reason
from parvis.consultations.phase_settings import read_settings, written_settings
from parvis.consultations.pre_electoral import meetings
from parvis.consultations.starts import phases_of
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.readable_codes import new_code
from parvis.foundation.stale import check_revision
from parvis.journal.operations import record
from parvis.organisations.models import Organisation

MOST_PHASES = 12


@dataclass(frozen=True, slots=True)
class ConsultationContent:
    """Settings of a consultation, as `Consultation`."""

    title: str
    summary: str
    description: str = ""
    plain_summary: str = ""
    admission: str = Admission.OPEN
    proofs: tuple[str, ...] = ()
    moderation: str = ModerationMoment.BEFORE
    charter: str = ""
    appeal_days: int = 15
    embargo_reason: str = ""


@dataclass(frozen=True, slots=True)
class PhaseContent:
    """One phase, as `Phase`; `settings` in the shape of `phase_settings` for its kind."""

    kind: str
    title: str
    opens_at: datetime
    closes_at: datetime
    presentation: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def create_consultation(
    *,
    organisation: Organisation,
    template: Template,
    content: ConsultationContent,
    by: Person,
    begins: datetime | None = None,
) -> Consultation:
    """A consultation to be prepared, with the phases of its template one after the other."""
    consultation = Consultation(
        organisation=organisation, code=new_code(CODE_LENGTH), template=template
    )
    _fill(consultation, content)
    consultation.save()
    opens_at = begins or timezone.now()
    for position, start in enumerate(phases_of(template), start=1):
        closes_at = opens_at + timedelta(days=start.days)
        phase = Phase.objects.create(
            organisation=organisation,
            consultation=consultation,
            position=position,
            kind=start.kind,
            title=start.title,
            opens_at=opens_at,
            closes_at=closes_at,
            settings=start.document,
        )
        for kind, text in start.contributions:
            write_for_team(phase=phase, kind=kind, content=Content(text=text), by=by)
        opens_at = closes_at
    _record("consultation.created", consultation, by)
    return consultation


@transaction.atomic
def change_consultation(
    *, consultation: Consultation, content: ConsultationContent, by: Person, revision: int | str
) -> Consultation:
    """Change its texts and rules; who may take part is settled once it is open.

    Raise `StaleForm` when it changed meanwhile, `Conflict` when what was asked is settled.
    """
    held = hold_consultation(consultation)
    check_revision(held, revision, changes={"title": content.title, "summary": content.summary})
    settled = (held.admission, held.appeal_days, _means(held.admission, held.proofs))
    asked = (content.admission, content.appeal_days, _means(content.admission, content.proofs))
    # By another means, whoever voted already would be somebody else.
    if held.is_public and asked != settled:
        raise Conflict(
            _(
                "Qui participe, comment chacun est vérifié et le délai de recours ne changent plus "
                "une fois la consultation ouverte."
            )
        )
    former = held.embargo_reason
    _fill(held, content)
    held.revision += 1
    held.save()
    _record("consultation.changed", held, by)
    if held.embargo_reason != former:
        journal_embargo_reason(held, by, former=former)
    return held


@transaction.atomic
def save_phase(
    *, consultation: Consultation, content: PhaseContent, by: Person, position: int | None = None
) -> Phase:
    """Change a phase, or add one at the end; raise `Refusal` by field, `Conflict` when closed."""
    held = hold_consultation(consultation)
    if held.state not in (ConsultationState.DRAFT, ConsultationState.OPEN):
        raise Conflict(_("Cette consultation est close : son calendrier ne change plus."))
    if content.closes_at <= content.opens_at:
        raise Refusal(_("Une étape finit après son début."), field="closes_at")
    if position is None:
        count = held.phases.count()
        if count >= MOST_PHASES:
            raise Refusal(_("Douze étapes au plus."))
        phase = Phase(organisation_id=held.organisation_id, consultation=held, position=count + 1)
        met = set()
    else:
        phase = held.phases.select_for_update().get(position=position)
        _refuse_settled(held, phase, content)
        met = _elections_met(held, phase)
    phase.kind, phase.title = content.kind, content.title
    phase.opens_at, phase.closes_at = content.opens_at, content.closes_at
    if held.is_public and not held.embargo_reason and _elections_met(held, phase) - met:
        raise Refusal(
            _(
                "Avec ces dates, l’étape rencontre la période préélectorale : changez-les, ou "
                "écrivez dans les réglages pourquoi la consultation se tient malgré tout."
            ),
            field="closes_at",
        )
    phase.presentation = content.presentation
    phase.settings = written_settings(read_settings(content.kind, content.settings))
    phase.save()
    _record("consultation.phase_saved", held, by, phase=phase.position)
    return phase


@transaction.atomic
def remove_phase(*, consultation: Consultation, position: int, by: Person) -> None:
    """Take a phase off a consultation not open yet; those after it move up."""
    held = hold_consultation(consultation)
    if held.is_public:
        raise Conflict(_("La consultation est ouverte : ses étapes restent."))
    phase = held.phases.get(position=position)
    if held.phases.count() == 1:
        raise Refusal(_("Une consultation a une étape au moins."))
    phase.delete()
    for rank, following in enumerate(held.phases.order_by("position"), start=1):
        if following.position != rank:
            Phase.objects.filter(pk=following.pk).update(position=rank)
    _record("consultation.phase_removed", held, by, phase=position)


@transaction.atomic
def delete_consultation(*, consultation: Consultation, by: Person) -> None:
    """Throw away a consultation that was never opened."""
    held = hold_consultation(consultation)
    if held.is_public:
        raise Conflict(_("La consultation est publique : elle se clôt, elle ne se supprime pas."))
    _record("consultation.deleted", held, by)
    # Drawn already where a roll or codes were prepared.
    transaction.on_commit(partial(keys.destroy, held))
    held.delete()


@transaction.atomic
def translate(
    *, consultation: Consultation, language: str, texts: Mapping[str, str], by: Person
) -> None:
    """Keep its texts, and those of its phases, in another language; an empty one is taken away.

    Keys of `texts` are fields of the consultation, or `<position>-<field>` for those of a phase.
    """
    held = hold_consultation(consultation)
    held.translations = _with_language(
        held.translations, language, {key: text for key, text in texts.items() if "-" not in key}
    )
    held.save(update_fields=["translations"])
    for phase in held.phases.all():
        prefix = f"{phase.position}-"
        own = {
            key.removeprefix(prefix): text for key, text in texts.items() if key.startswith(prefix)
        }
        phase.translations = _with_language(phase.translations, language, own)
        phase.save(update_fields=["translations"])
    _record("consultation.translated", held, by, language=language)


def _with_language(
    translations: Mapping[str, Mapping[str, str]], language: str, texts: Mapping[str, str]
) -> dict[str, Any]:
    kept = {key: text for key, text in texts.items() if text}
    others = {code: dict(texts) for code, texts in translations.items() if code != language}
    return {**others, language: kept} if kept else others


def open_consultation(*, consultation: Consultation, by: Person) -> Consultation:
    """Make it public; raise `Refusal` with what is missing, `Conflict` when it was opened."""
    # Before the transaction: a key without a consultation is harmless, the reverse is not.
    keys.make(consultation)
    with transaction.atomic():
        held = hold_consultation(consultation)
        if ConsultationState.OPEN not in CONSULTATION_TRANSITIONS[held.state]:
            raise Conflict(_("Cette consultation est déjà ouverte."))
        missing = problems_before_opening(held)
        if missing:
            raise Refusal(" ".join(missing))
        held.state = ConsultationState.OPEN
        held.opened_at = timezone.now()
        held.revision += 1
        held.save(update_fields=["state", "opened_at", "revision"])
        _record("consultation.opened", held, by, embargo_reason=bool(held.embargo_reason))
    return held


# What a phase needs before it opens: at least that many contributions of that kind.
_NEEDED: Mapping[str, tuple[ContributionKind, int]] = {
    PhaseKind.OPINIONS: (ContributionKind.STATEMENT, 3),
    PhaseKind.PAIRS: (ContributionKind.ITEM, 3),
    PhaseKind.PROJECT: (ContributionKind.CRITERION, 1),
    PhaseKind.EVALUATION: (ContributionKind.CRITERION, 1),
}


def problems_before_opening(consultation: Consultation) -> list[str]:
    """What keeps it from opening, in sentences; empty when nothing does."""
    problems = []
    phases = list(consultation.phases.order_by("position"))
    if not any(phase.kind in INTERACTIVE for phase in phases):
        problems.append(_("Ajoutez une étape où le public participe."))
    for phase in phases:
        if phase.kind in INTERACTIVE and phase.closes_at <= timezone.now():
            problems.append(
                _("L’étape « %(title)s » est déjà finie : changez ses dates.")
                % {"title": phase.title}
            )
        kind, number = _NEEDED.get(phase.kind, (ContributionKind.IDEA, 0))
        if Contribution.objects.published().filter(phase=phase, kind=kind).count() < number:
            problems.append(
                _(
                    "L’étape « %(title)s » demande au moins %(number)d contributions de départ : "
                    "%(kind)s."
                )
                % {"title": phase.title, "number": number, "kind": kind.label.lower()}
            )
    if consultation.is_verified and not consultation.proofs:
        problems.append(_("Choisissez comment les personnes sont vérifiées."))
    if not consultation.embargo_reason and meetings(consultation.organisation, phases):
        problems.append(
            _(
                "Une étape rencontre la période préélectorale : changez ses dates, ou écrivez dans "
                "les réglages pourquoi la consultation se tient malgré tout."
            )
        )
    return problems


def _refuse_settled(consultation: Consultation, phase: Phase, content: PhaseContent) -> None:
    """Refuse what would change a phase that has begun, its end excepted."""
    if phase.closed_at is not None:
        raise Conflict(_("Cette étape est close : elle ne change plus."))
    begun = consultation.is_public and phase.opens_at <= timezone.now()
    same_rules = read_settings(phase.kind, phase.settings) == read_settings(
        content.kind, content.settings
    )
    if begun and (
        content.kind != phase.kind or content.opens_at != phase.opens_at or not same_rules
    ):
        raise Conflict(
            _(
                "Cette étape a commencé : seuls son titre, sa présentation et sa fin changent "
                "encore."
            )
        )


def _elections_met(consultation: Consultation, phase: Phase) -> set[int]:
    """Keys of the elections whose pre-electoral period the phase meets."""
    return {one.election.pk for one in meetings(consultation.organisation, [phase])}


def _means(admission: str, proofs: Iterable[str]) -> frozenset[str]:
    """How people are verified, whatever the order."""
    return frozenset(proofs) if admission == Admission.VERIFIED else frozenset()


def _fill(consultation: Consultation, content: ConsultationContent) -> None:
    for name in (
        "title",
        "summary",
        "description",
        "plain_summary",
        "admission",
        "moderation",
        "charter",
        "appeal_days",
        "embargo_reason",
    ):
        setattr(consultation, name, getattr(content, name))
    consultation.proofs = list(content.proofs) if content.admission == Admission.VERIFIED else []


def _record(action: str, consultation: Consultation, by: Person, **details: Any) -> None:
    record(
        action=action,
        actor_id=by.pk,
        subject=consultation,
        organisation_id=consultation.organisation_id,
        **details,
    )
