"""The input document of a run: everything a score depends on, read from the database once.

Rules of the edition, the whole grid, the participants with their comparison groups and absent
channels, the contacts accepted by a reviewer with their answers, delays and evidence hashes. Delays
are counted here, in working hours, so that a later calendar of holidays never changes an old run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Q

from parvis.editions.models import DeclaredChannel, Edition, Registration, Wave
from parvis.foundation.working_time import working_hours_between
from parvis.mystery_audits.models import Answer, Contact, Evidence
from parvis.organisations.enums import Stratum
from parvis.organisations.strata import stratum_of, wider_group_of
from parvis.questionnaires.enums import MANDATORY_CHANNELS, Channel
from parvis.results.canonical import Document
from parvis.results.models import ScoreSheet

FORMAT: Final = "parvis.input/1"

# Standard deviation of one contact, in points, where no variance can be estimated; a choice of
# ours, said beside every interval that rests on it. 25 is that of domain.md §6. Two audits of one
# web site in the same weeks differ by the pages opened and the auditor only, hence the smaller one.
ASSUMED_CONTACT_SD_POINTS: Final = {
    Channel.PHONE: 25,
    Channel.EMAIL: 25,
    Channel.WEBSITE: 12,
    Channel.POST: 25,
    Channel.SOCIAL: 25,
    Channel.VISIT: 25,
}


def waves_in_scope(edition: Edition, wave: Wave | None) -> list[Wave]:
    """The waves a run covers; `wave` None: all those of the edition."""
    return [wave] if wave is not None else list(edition.waves.order_by("number"))


def build_input(*, edition: Edition, wave: Wave | None) -> Document:
    """Read the document of a run of one wave, or of the whole edition (`wave` None).

    Needs the rows of every tenant: call it with scopes disabled. Six queries and two passes over
    the answers; the document is in natural order, whatever that of the database.
    """
    waves = waves_in_scope(edition, wave)
    contacts = _contacts(edition, waves)
    tested = {contact["organisation"] for contact in contacts}
    organisations, contradictions = _organisations(edition, tested, contacts)
    taking_part = {organisation["id"] for organisation in organisations}
    return {
        "format": FORMAT,
        "edition": {"slug": edition.slug, "is_simulated": edition.is_simulated},
        "waves": [
            {
                "number": item.number,
                "starts_on": item.starts_on.isoformat(),
                "ends_on": item.ends_on.isoformat(),
            }
            for item in waves
        ],
        "grid": {
            "code": edition.grid.code,
            "version": edition.grid.version,
            "sha256": edition.grid.sha256,
            "document": edition.grid.document,
        },
        "rules": {
            "channel_weights_percent": {
                weight.channel: f"{weight.weight_percent:.2f}"
                for weight in edition.channel_weights.all()
            },
            "minimum_coverage_percent": edition.minimum_coverage_percent,
            "assumed_contact_sd_points": {
                channel.value: points for channel, points in ASSUMED_CONTACT_SD_POINTS.items()
            },
        },
        "organisations": organisations,
        "declared_absent_but_tested": contradictions,
        # A body that withdrew takes its contacts with it.
        "contacts": [item for item in contacts if item["organisation"] in taking_part],
    }


def _organisations(
    edition: Edition, tested: set[int], contacts: Iterable[Document]
) -> tuple[list[Document], list[list[Any]]]:
    """Participants in the order of their numbers, and [body, channel] declared absent but tested.

    A participant whose coordinator was never confirmed and who was never tested is left out: the
    edition made no contact with it.
    """
    registrations = (
        Registration.objects.filter(edition=edition)
        .taking_part()
        .with_confirmation()
        .filter(Q(is_confirmed=True) | Q(organisation__in=tested))
        .select_related("organisation")
        .order_by("organisation_id")
    )
    absent: dict[int, set[str]] = defaultdict(set)
    for organisation_id, channel in DeclaredChannel.objects.filter(
        registration__edition=edition, exists=False, channel__in=MANDATORY_CHANNELS
    ).values_list("registration__organisation_id", "channel"):
        absent[organisation_id].add(channel)
    frozen = _strata_already_published(edition)
    organisations = []
    for registration in registrations:
        body = registration.organisation
        stratum = Stratum(frozen.get(body.pk) or stratum_of(body))
        organisations.append(
            {
                "id": body.pk,
                "siren": body.siren,
                "stratum": stratum.value,
                "wider_group": wider_group_of(stratum).value,
                "departement": body.departement_code,
                "absent_channels": sorted(absent[body.pk]),
            }
        )
    seen = {(contact["organisation"], contact["channel"]) for contact in contacts}
    contradictions = [
        [item["id"], channel]
        for item in organisations
        for channel in item["absent_channels"]
        if (item["id"], channel) in seen
    ]
    return organisations, contradictions


def _strata_already_published(edition: Edition) -> dict[int, str]:
    """Stratum under which each body was first compared: groups do not move between publications.

    A population revised between two waves would otherwise let two tables be subtracted.
    """
    return dict(
        ScoreSheet.objects.filter(run__edition=edition, run__publication__isnull=False)
        .order_by("-run__publication__published_at", "-run__number")
        .values_list("organisation_id", "stratum")
    )


def _contacts(edition: Edition, waves: list[Wave]) -> list[Document]:
    scored = Contact.objects.filter(wave__in=waves).scored()
    answers: dict[int, dict[str, str]] = defaultdict(dict)
    for contact_id, criterion, value in (
        Answer.objects.filter(contact__in=scored)
        .values_list("contact_id", "criterion", "value")
        .iterator(chunk_size=20_000)
    ):
        answers[contact_id][criterion] = value
    evidence: dict[int, list[str]] = defaultdict(list)
    for contact_id, sha256 in (
        Evidence.objects.filter(contact__in=scored)
        .pieces()
        .order_by("contact_id", "sha256")
        .values_list("contact_id", "sha256")
    ):
        evidence[contact_id].append(sha256)
    rows = (
        scored.order_by("organisation_id", "wave__number", "channel", "rank")
        .values_list(
            "pk",
            "organisation_id",
            "wave__number",
            "channel",
            "rank",
            "scenario__code",
            "sent_at",
            "acknowledged_at",
            "answered_at",
            "no_answer",
            "organisation__departement_code",
        )
        .iterator(chunk_size=5_000)
    )
    return [
        {
            "id": pk,
            "organisation": organisation,
            "wave": number,
            "channel": channel,
            "rank": rank,
            "scenario": scenario,
            "sent_at": _instant(sent_at),
            "acknowledged_at": _instant(acknowledged_at),
            "answered_at": _instant(answered_at),
            "acknowledged_hours": hours_since(sent_at, acknowledged_at, departement),
            "answered_hours": hours_since(sent_at, answered_at, departement),
            "no_answer": no_answer,
            "answers": answers[pk],
            "evidence": evidence[pk],
        }
        for (
            pk,
            organisation,
            number,
            channel,
            rank,
            scenario,
            sent_at,
            acknowledged_at,
            answered_at,
            no_answer,
            departement,
        ) in rows
    ]


def hours_since(
    sent_at: datetime | None, event_at: datetime | None, departement_code: str
) -> float | None:
    """Working hours from the sending to an event, to a few milliseconds; None: it never came."""
    if sent_at is None or event_at is None:
        return None
    hours = working_hours_between(sent_at, event_at, departement_code=departement_code)
    return round(hours, 6)


def _instant(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment is not None else None
