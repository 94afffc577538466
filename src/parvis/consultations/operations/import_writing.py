"""Writing what an import read: texts, then votes, so that nothing is ever written twice.

Texts are written by lots, each in one transaction, under a token made of their origin and number:
the same file again, or a task that was killed half-way, adds nothing. Votes come from people made
for them, who are nobody here; into a phase already closed they go as closed votes, and the phase is
counted.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Iterator, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.consultations.enums import (
    ConsultationState,
    ContributionState,
    ModerationAct,
    ModerationReason,
    PhaseKind,
    Proof,
    VoteKind,
)
from parvis.consultations.import_enums import KIND_OF_FORMAT, ImportFormat
from parvis.consultations.imports.reading import Reading, Text, lots
from parvis.consultations.models import (
    ClosedVote,
    Contribution,
    ImportJob,
    ModerationDecision,
    OfficialAnswer,
    Participant,
    Phase,
    Vote,
)
from parvis.consultations.operations.contributing import next_number
from parvis.consultations.operations.holding import hold_consultation, hold_phase
from parvis.consultations.phase_settings import (
    MOST_CHOICES,
    Choice,
    IdeasSettings,
    read_settings,
    written_settings,
)
from parvis.consultations.results.counting import count
from parvis.consultations.search import search_text
from parvis.foundation.errors import Conflict, Refusal

LOT = 500
_VOTES_LOT = 2_000
_VOTES = {
    ImportFormat.POLIS: VoteKind.OPINION,
    ImportFormat.PABULIB: VoteKind.ALLOCATION,
}


def source_of(reading: Reading, text: Text) -> str:
    """What `Contribution.source` keeps: the export, and the number in it."""
    return f"{reading.origin[:44]}, n° {text.number}"


def token_of(phase: Phase, source: str) -> uuid.UUID:
    """The same for the same text of the same export in the same phase."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"parvis:import:{phase.pk}:{source}")


def check_phase(phase: Phase, format: str) -> None:
    """Raise `Refusal` or `Conflict` where the phase takes no such file, or none any more."""
    wanted = KIND_OF_FORMAT.get(ImportFormat(format)) if format in ImportFormat.values else None
    if wanted is None:
        raise Refusal(_("Choisissez un format."), field="format")
    if phase.kind != wanted:
        raise Refusal(
            _("Ce format se reprend dans une étape « %(kind)s ».") % {"kind": wanted.label},
            field="phase",
        )
    if phase.consultation.state == ConsultationState.PUBLISHED:
        raise Conflict(_("Le résultat est publié : cette étape ne change plus."))
    if phase.closed_at and ClosedVote.objects.filter(phase=phase).exists():
        raise Conflict(_("Cette étape est close, et ses votes sont comptés : elle ne change plus."))


def refuse_mixing(phase: Phase, reading: Reading) -> None:
    """Raise `Conflict` where people of here voted: no file adds voices to theirs, nor projects."""
    if phase.kind != PhaseKind.BUDGET and not len(reading.ballots):
        return
    if Vote.objects.filter(phase=phase).exclude(participant__proof=Proof.IMPORTED).exists():
        raise Conflict(
            _(
                "Des personnes ont déjà voté dans cette étape : ni votes ni projets d’un fichier "
                "ne s’y ajoutent plus."
            )
        )


def takes_votes(phase: Phase) -> bool:
    """Whether votes may come along: the phase has begun, in a consultation that is public."""
    return phase.consultation.is_public and phase.opens_at <= timezone.now()


@transaction.atomic
def prepare_phase(job: ImportJob, reading: Reading) -> None:
    """Give the phase the themes of the file, and what else it settles while nobody has voted."""
    hold_consultation(job.phase.consultation)
    phase = Phase.objects.select_for_update().get(pk=job.phase_id)
    current = read_settings(phase.kind, phase.settings)
    document = written_settings(current)
    if isinstance(current, IdeasSettings):
        document["themes"] = _joined(current.themes, reading.themes)
        document["sectors"] = _joined(current.sectors, reading.sectors)
    elif reading.settings and not Vote.objects.filter(phase=phase).exists():
        document.update(reading.settings)
    phase.settings = written_settings(read_settings(phase.kind, document))
    phase.save(update_fields=["settings"])
    job.phase = phase


def _joined(known: Sequence[Choice], read: dict[str, str]) -> list[dict[str, str]]:
    """The choices of the phase, then those of the file that are not among them by their label."""
    labels = {choice.label for choice in known}
    codes = {choice.code for choice in known}
    joined = [{"code": choice.code, "label": choice.label} for choice in known]
    for code, label in read.items():
        if label not in labels and code not in codes:
            joined.append({"code": code, "label": label})
    return joined[:MOST_CHOICES]


def _codes(choices: Sequence[Choice], read: dict[str, str]) -> dict[str, str]:
    """{code in the file: code in the phase}; those the phase has no room for are left out."""
    by_label = {choice.label: choice.code for choice in choices}
    return {code: by_label[label] for code, label in read.items() if label in by_label}


def write_texts(job: ImportJob, reading: Reading) -> dict[str, int]:
    """Write the texts by lots; {number in the file: key of the contribution}."""
    current = read_settings(job.phase.kind, job.phase.settings)
    themes, sectors = dict(reading.themes), dict(reading.sectors)
    if isinstance(current, IdeasSettings):
        themes = _codes(current.themes, themes)
        sectors = _codes(current.sectors, sectors)
    else:
        themes = {code: code for code in themes}
    written: dict[str, int] = {}
    done = 0
    for lot in lots(reading.texts, LOT):
        written |= _write_lot(job, reading, lot, themes, sectors)
        done += len(lot)
        ImportJob.objects.filter(pk=job.pk).update(rows_done=done)
    return written


@transaction.atomic
def _write_lot(
    job: ImportJob,
    reading: Reading,
    lot: Sequence[Text],
    themes: dict[str, str],
    sectors: dict[str, str],
) -> dict[str, int]:
    phase = job.phase
    hold_consultation(phase.consultation)
    check_phase(Phase.objects.select_related("consultation").get(pk=phase.pk), job.format)
    tokens = {token_of(phase, source_of(reading, text)): text for text in lot}
    known = dict(Contribution.objects.filter(token__in=tokens).values_list("token", "pk"))
    fresh = {token: text for token, text in tokens.items() if token not in known}
    first = next_number(phase, len(fresh)) if fresh else 0
    now = timezone.now()
    made = Contribution.objects.bulk_create(
        Contribution(
            organisation_id=phase.organisation_id,
            phase=phase,
            kind=text.kind,
            number=first + rank,
            token=token,
            state=ContributionState.REFUSED if text.is_refused else ContributionState.PUBLISHED,
            title=text.title,
            text=text.text,
            theme=themes.get(text.theme, ""),
            sector=sectors.get(text.sector, ""),
            place=text.place,
            latitude=text.latitude,
            longitude=text.longitude,
            cost_euros=text.cost_euros,
            answers={"imported": dict(text.figures)} if text.figures else {},
            search_text=search_text(text.title, text.text, text.place),
            created_at=text.published_at or now,
            published_at=text.published_at or now,
            source=source_of(reading, text),
        )
        for rank, (token, text) in enumerate(fresh.items())
    )
    pairs = list(zip(made, fresh.values(), strict=True))
    ModerationDecision.objects.bulk_create(
        _decision(job, contribution, text) for contribution, text in pairs
    )
    OfficialAnswer.objects.bulk_create(
        OfficialAnswer(
            organisation_id=phase.organisation_id,
            contribution=contribution,
            verdict=text.verdict,
            reason=text.reason,
            by_id=job.by_id,
            told_at=now,
        )
        for contribution, text in pairs
        if text.verdict
    )
    keys = {row.token: row.pk for row in made} | known
    return {text.number: keys[token] for token, text in tokens.items()}


def _decision(job: ImportJob, contribution: Contribution, text: Text) -> ModerationDecision:
    refused = text.is_refused
    return ModerationDecision(
        organisation_id=contribution.organisation_id,
        contribution=contribution,
        act=ModerationAct.REFUSED if refused else ModerationAct.PUBLISHED,
        reason=ModerationReason.OFF_TOPIC if refused else "",
        words=_("Écartée par la modération de la plateforme d’origine.") if refused else "",
        by_id=job.by_id,
    )


def write_votes(job: ImportJob, reading: Reading, written: dict[str, int]) -> None:
    """Write the last vote of each voter on each text of `written`; none where none may come along.

    Raise `Conflict` when the phase was closed, or counted, meanwhile.
    """
    phase = Phase.objects.select_related("consultation").get(pk=job.phase_id)
    if not len(reading.ballots) or not takes_votes(phase):
        return
    if phase.closed_at is not None:
        _write_closed(job, phase, reading, written)
        return
    kind = _VOTES[ImportFormat(job.format)]
    people = _people(phase, reading)
    done = len(reading.texts)
    for lot in lots(_rows(reading, written), _VOTES_LOT):
        with transaction.atomic():
            held = hold_phase(phase)
            if held.closed_at is not None:
                raise Conflict(_("L’étape s’est close pendant l’import."))
            Vote.objects.bulk_create(
                (
                    Vote(
                        organisation_id=phase.organisation_id,
                        phase=phase,
                        participant_id=people[voter],
                        kind=kind,
                        subject_id=subject,
                        value=value,
                    )
                    for voter, subject, value in lot
                ),
                ignore_conflicts=True,
            )
        done += len(lot)
        ImportJob.objects.filter(pk=job.pk).update(rows_done=done)


def _rows(reading: Reading, written: dict[str, int]) -> Iterator[tuple[int, int, int]]:
    """Place of the voter, key of the contribution, value: the last vote of each on each."""
    ballots = reading.ballots
    keys = [written.get(number) for number in ballots.subjects]
    for (voter, subject), value in ballots.last().items():
        key = keys[subject]
        if key is not None:
            yield voter, key, value


def _people(phase: Phase, reading: Reading) -> list[int]:
    """Participants made for the voters of the file, who are nobody here; found again if made."""
    identities = [
        hashlib.sha256(f"{phase.pk}:{reading.origin}:{voter}".encode()).hexdigest()
        for voter in reading.ballots.voters
    ]
    for lot in lots(identities, _VOTES_LOT):
        with transaction.atomic():
            Participant.objects.bulk_create(
                (
                    Participant(
                        organisation_id=phase.organisation_id,
                        consultation_id=phase.consultation_id,
                        identity=identity,
                        proof=Proof.IMPORTED,
                    )
                    for identity in lot
                ),
                ignore_conflicts=True,
            )
    found: dict[str, int] = {}
    for lot in lots(identities, LOT):
        rows = Participant.objects.filter(consultation=phase.consultation_id, identity__in=lot)
        found.update(rows.values_list("identity", "pk"))
    return [found[identity] for identity in identities]


@transaction.atomic
def _write_closed(job: ImportJob, phase: Phase, reading: Reading, written: dict[str, int]) -> None:
    """Votes of a phase that is over: under numbers drawn at random, then counted."""
    held = hold_phase(phase)
    if ClosedVote.objects.filter(phase=held).exists():
        raise Conflict(_("Cette étape est close, et ses votes sont comptés : elle ne change plus."))
    numbers = list(range(1, len(reading.ballots.voters) + 1))
    secrets.SystemRandom().shuffle(numbers)
    kind = _VOTES[ImportFormat(job.format)]
    voters: set[int] = set()
    for lot in lots(_rows(reading, written), _VOTES_LOT):
        voters.update(voter for voter, _subject, _value in lot)
        ClosedVote.objects.bulk_create(
            ClosedVote(
                organisation_id=held.organisation_id,
                phase=held,
                voter=numbers[voter],
                kind=kind,
                subject_id=subject,
                value=value,
            )
            for voter, subject, value in lot
        )
    held.participants = len(voters)
    held.result = count(held)
    held.save(update_fields=["participants", "result"])
    ImportJob.objects.filter(pk=job.pk).update(rows_done=job.rows_expected)
