"""What each tenant of the world owns in consultations, marked like the rest of it.

Public by nature, hence without a canary: what an open consultation shows. What is being prepared,
what waits for a moderator, and who takes part, are its team's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from parvis.accounts.models import Person
from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations import keys
from parvis.consultations.entrance import secret_hash
from parvis.consultations.enums import (
    ContributionKind,
    ContributionState,
    ModerationAct,
    ModerationReason,
    PhaseKind,
    Proof,
    TeamRole,
    Template,
)
from parvis.consultations.models import (
    Consultation,
    Contribution,
    MailProof,
    ModerationDecision,
    PaperSheet,
    Participant,
    Phase,
    PrintedCode,
    RollEntry,
    TeamInvitation,
    TeamMember,
)
from parvis.consultations.operations.preparing import ConsultationContent, create_consultation
from parvis.consultations.phase_settings import (
    IdeasSettings,
    MapView,
    PairsSettings,
    Settings,
    written_settings,
)
from parvis.consultations.tests.factories import (
    ConsultationFactory,
    ContributionFactory,
    PhaseFactory,
    participant,
    written,
)
from parvis.editions.enums import OptionCode
from parvis.editions.models import Option, Registration, RegistrationOption
from parvis.organisations.models import Organisation
from tests.access.consultations_budget_world import budget_rows, project_rows
from tests.access.consultations_outcome import build_outcome

PRIVATE_CONSULTATION_WORDS = (
    "consultation",
    "consultation-attente",
    "consultation-feuille",
    "consultation-projet",
    "consultation-import",
)


@dataclass
class ConsultationRows:
    """Consultations in each state that a page tells apart."""

    # Being prepared; others, to be opened and to be thrown away.
    prepared: Consultation
    spare: Consultation
    thrown: Consultation
    # Open, with a running phase of each kind.
    open: Consultation
    phases: dict[str, Phase]
    # Of the phase of ideas: published, and waiting for a moderator.
    idea: Contribution
    waiting: Contribution
    participant: Participant
    # In the team of the open one, for everything.
    moderator: Person
    member: TeamMember
    invitation: TeamInvitation
    # Of the phase of ideas: refused, contested, merged into `idea`; and the question asked of who
    # supported what is merged.
    refused: Contribution
    appealed: Contribution
    merged: Contribution
    # What modules of the room add for their own routes, by name.
    more: dict[str, object] = field(default_factory=dict)


_FIRST = {
    PhaseKind.PROJECT: ContributionKind.CRITERION,
    PhaseKind.OPINIONS: ContributionKind.STATEMENT,
    PhaseKind.PAIRS: ContributionKind.ITEM,
}


# A map to be looked at, and items that citizens may propose.
_SETTINGS: dict[PhaseKind, Settings] = {
    PhaseKind.IDEAS: IdeasSettings(map=MapView(50.63, 3.06)),
    PhaseKind.PAIRS: PairsSettings(citizens_propose=True),
}


def build_consultations(
    mark: str, body: Organisation, registration: Registration
) -> ConsultationRows:
    option = Option.objects.get(edition=registration.edition, code=OptionCode.CONSULTATION)
    RegistrationOption.objects.create(registration=registration, option=option, price_cents=0)

    def canary(what: str) -> str:
        return f"CANARI-{mark}-{what}"

    prepared = [
        create_consultation(
            organisation=body,
            template=Template.BUDGET,
            content=ConsultationContent(title=canary("consultation"), summary="En bref."),
            by=PersonFactory.create(),
        )
        for _rank in range(3)
    ]
    opened = ConsultationFactory.create(organisation=body, opened=True, title=f"Concerter {mark}")
    keys.make(opened)
    phases: dict[str, Phase] = {}
    for kind in PhaseKind.values:
        settings = _SETTINGS.get(PhaseKind(kind))
        phases[kind] = PhaseFactory.create(
            consultation=opened,
            kind=kind,
            settings=written_settings(settings) if settings else {},
        )
        if kind in _FIRST:
            written(phases[kind], _FIRST[PhaseKind(kind)], "Premier", "Deuxième", "Troisième")
    for cost in (10_000, 20_000):
        ContributionFactory.create(
            phase=phases[PhaseKind.BUDGET], kind=ContributionKind.PROJECT, cost_euros=cost
        )
    who = participant(opened)
    who.mail, who.mail_asked_on = f"suivi-{mark.lower()}@exemple.invalid", timezone.localdate()
    who.wants_digest = True
    who.save()
    link_secret = f"secret-{mark}"
    MailProof.objects.create(
        organisation=body,
        consultation=opened,
        secret_hash=secret_hash(link_secret),
        sealed_identity=keys.identity(opened, Proof.MAIL, f"{mark.lower()}@exemple.invalid"),
        expires_at=timezone.now() + timedelta(days=1),
    )
    PrintedCode.objects.create(
        organisation=body, consultation=opened, identity=f"code-{mark}", batch=1
    )
    RollEntry.objects.create(
        organisation=body,
        consultation=opened,
        identity=f"roll-{mark}",
        numbered_identity=f"roll-{mark}-1",
    )
    moderator = PersonFactory.create(
        display_name=f"MODERE-{mark}", email=f"modere-{mark.lower()}@exemple.invalid"
    )
    members = [
        TeamMember.objects.create(
            organisation=body, consultation=opened, person=moderator, role=role
        )
        for role in TeamRole
    ]
    idea = ContributionFactory.create(phase=phases[PhaseKind.IDEAS], title=f"Idée {mark}")

    def contribution(what: str, state: str, **more: Any) -> Contribution:
        return ContributionFactory.create(
            phase=phases[PhaseKind.IDEAS],
            state=state,
            published_at=None,
            author=who,
            title=canary(f"consultation-{what}"),
            **more,
        )

    refused = contribution("attente-refusee", ContributionState.REFUSED)
    ModerationDecision.objects.create(
        organisation=body,
        contribution=refused,
        act=ModerationAct.REFUSED,
        reason=ModerationReason.OFF_TOPIC,
        by=PersonFactory.create(),
    )
    keyers = [PersonFactory.create() for _rank in range(2)]

    def sheet(state: str, first: dict[str, str], second: dict[str, str]) -> PaperSheet:
        return PaperSheet.objects.create(
            organisation=body,
            phase=phases[PhaseKind.OPINIONS],
            label=state.upper(),
            first=first,
            first_by=keyers[0],
            second=second,
            second_by=keyers[1],
            state=state,
        )

    return ConsultationRows(
        prepared=prepared[0],
        spare=prepared[1],
        thrown=prepared[2],
        open=opened,
        phases=phases,
        idea=idea,
        waiting=contribution("attente", ContributionState.WAITING),
        participant=who,
        moderator=moderator,
        member=members[0],
        invitation=TeamInvitation.objects.create(
            organisation=body,
            consultation=opened,
            email=f"{canary('invitee').lower()}@exemple.invalid",
            role=TeamRole.PAPER,
        ),
        refused=refused,
        appealed=contribution("attente-contestee", ContributionState.APPEALED),
        merged=ContributionFactory.create(
            phase=phases[PhaseKind.IDEAS],
            state=ContributionState.MERGED,
            merged_into=idea,
            title=f"Idée réunie {mark}",
        ),
        more={
            **build_outcome(mark, body, phases),
            "link_secret": link_secret,
            "idea_beside": ContributionFactory.create(
                phase=phases[PhaseKind.IDEAS], title=f"Idée voisine {mark}"
            ),
            "sheet": sheet("differs", {"s1": "0"}, {"s1": canary("consultation-feuille")}),
            "agreed_sheet": sheet("agreed", {"s2": "1"}, {"s2": "1"}),
            **budget_rows(mark, body),
            **project_rows(phases[PhaseKind.PROJECT]),
        },
    )
