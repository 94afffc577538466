"""Joining an edition, changing what was ticked and declared, and withdrawing.

Whoever registers a body need not be entitled to act for it yet: registering asks for a mandate,
which the operator confirms before any contact is made. Hence these operations run outside the
tenancy of a hat, and read the rows of the one body they are given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.accounts.models import Person
from parvis.editions.dates import exact_moment_in_words
from parvis.editions.declarations import (
    ChannelDeclaration,
    SiteDeclaration,
    checked_channel,
    checked_sites,
)
from parvis.editions.enums import (
    OptionCode,
    RegistrationState,
    RegistrationWindow,
    WaveState,
)
from parvis.editions.locks import objection_to_withdrawal
from parvis.editions.models import (
    DeclaredChannel,
    Edition,
    Option,
    Registration,
    RegistrationOption,
    RegistrationSite,
)
from parvis.editions.wording import differences, participation_in_words, stored_participation
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.stale import StaleForm
from parvis.journal.operations import record
from parvis.organisations.mandates import request_mandate
from parvis.organisations.models import Mandate, Organisation, Site
from parvis.organisations.sites import declare_site


class AlreadyRegistered(Conflict):
    """The body takes part already: a colleague joins by a mandate instead of registering again."""


def refuse_outside_window(edition: Edition, at: datetime) -> None:
    """Raise Conflict, with the moment and its zone, when registrations are not open."""
    window = edition.registration_window(at)
    if not edition.is_open or window == RegistrationWindow.BEFORE:
        raise Conflict(
            _("Les inscriptions ouvrent le %(moment)s.")
            % {"moment": exact_moment_in_words(edition.registration_opens_at, edition.time_zone)}
        )
    if window == RegistrationWindow.AFTER:
        raise Conflict(
            _("Les inscriptions sont closes depuis le %(moment)s.")
            % {"moment": exact_moment_in_words(edition.registration_closes_at, edition.time_zone)}
        )


def register(
    *,
    edition: Edition,
    organisation: Organisation,
    person: Person,
    function: str,
    staff_informed: bool,
    communicability_acknowledged: bool,
    options: Iterable[OptionCode] = (),
    channels: Sequence[ChannelDeclaration] = (),
    sites: Sequence[SiteDeclaration] = (),
) -> Registration:
    """Register a body and ask for the person's mandate to act for it.

    A body that had withdrawn registers anew, with nothing kept of what it had declared. Raises
    Conflict outside the window, `AlreadyRegistered` for a body taking part, Refusal for a missing
    undertaking, a body that cannot take part, or an option no longer available.
    """
    _refuse_body(edition, organisation)
    if not staff_informed:
        raise Refusal(
            _("L’inscription demande l’engagement de non-sanction."), field="staff_informed"
        )
    if not communicability_acknowledged:
        raise Refusal(
            _("Confirmez avoir lu que le rapport de votre organisme est communicable."),
            field="communicability_acknowledged",
        )
    # The person has no mandate yet, hence no tenancy: the rows touched are this body's only.
    with scopes_disabled(), transaction.atomic():
        current = _locked_edition(edition.pk)
        refuse_outside_window(current, timezone.now())
        registration = _registration_row(current, organisation, person)
        request_mandate(person=person, organisation=organisation, function=function)
        _set_options(registration, options)
        _set_channels(registration, channels)
        _set_sites(registration, sites, by=person)
        record(
            action="registration.submitted",
            actor_id=person.pk,
            subject=registration,
            organisation_id=organisation.pk,
            edition=edition.pk,
        )
    return registration


def join(*, edition: Edition, organisation: Organisation, person: Person, function: str) -> Mandate:
    """Ask to act for a body that a colleague has registered; raises Refusal when nobody has."""
    if not takes_part(edition, organisation):
        raise Refusal(_("Cet organisme n’est pas inscrit à cette édition."))
    return request_mandate(person=person, organisation=organisation, function=function)


def takes_part(edition: Edition, organisation: Organisation) -> bool:
    """Whether somebody registered the body; told to whoever wants to register it."""
    # They hold no mandate on the body, hence no tenancy: yes or no is all they learn.
    with scopes_disabled():
        return bool(
            Registration.objects.taking_part()
            .filter(edition=edition, organisation=organisation)
            .exists()
        )


@transaction.atomic
def amend(
    *,
    registration: Registration,
    revision: int,
    by: Person,
    options: Collection[OptionCode],
    channels: Sequence[ChannelDeclaration],
    sites: Sequence[SiteDeclaration],
) -> Registration:
    """Replace, before the deadline, everything that was ticked and declared.

    An option that stays ticked keeps its place and its price. Raises StaleForm when somebody
    changed the registration since `revision`, Conflict after the deadline or the withdrawal,
    Refusal for a wrong address or an option no longer available.
    """
    edition = _locked_edition(registration.edition_id)
    current = _locked(registration)
    refuse_outside_window(edition, timezone.now())
    _refuse_changes(current, revision, options, channels, sites)
    _set_options(current, options)
    _declare(current, channels, sites, by=by, action="registration.amended")
    return current


def refuse_after_fieldwork(edition: Edition) -> None:
    """Raise Conflict once every wave is closed: its contacts used what was declared."""
    if not edition.waves.exclude(state=WaveState.CLOSED).exists():
        raise Conflict(
            _("Toutes les vagues sont closes : les prises de contact ont suivi ces coordonnées.")
        )


@transaction.atomic
def correct(
    *,
    registration: Registration,
    revision: int,
    by: Person,
    channels: Sequence[ChannelDeclaration],
    sites: Sequence[SiteDeclaration],
) -> Registration:
    """The operator's correction of channels and places, after the deadline too.

    A wrong number would spoil every call of a wave, and a channel never declared leaves a body
    without a score: a body that finds it out too late asks the operator. Options stay as they are.
    Raises StaleForm and Refusal as `amend` does, Conflict after the withdrawal or the last wave.
    """
    edition = _locked_edition(registration.edition_id)
    current = _locked(registration)
    refuse_after_fieldwork(edition)
    ticked = current.ticked_options.values_list("option__code", flat=True)
    _refuse_changes(current, revision, [OptionCode(code) for code in ticked], channels, sites)
    _declare(current, channels, sites, by=by, action="registration.corrected")
    return current


@transaction.atomic
def withdraw(*, registration: Registration, reason: str, by: Person) -> Registration:
    """Take the body out of the edition; its places in the options are free again.

    Withdrawing twice changes nothing. Raises Refusal without a reason, Conflict when a room above
    objects (contacts were made).
    """
    current = _locked(registration)
    if not current.takes_part:
        return current
    reason = " ".join(reason.split())
    if not reason:
        raise Refusal(_("Donnez le motif du retrait."), field="reason")
    if objection := objection_to_withdrawal(current):
        raise Conflict(objection)
    current.state = RegistrationState.WITHDRAWN
    current.withdrawn_at = timezone.now()
    current.withdrawal_reason = reason[:500]
    current.revision += 1
    current.save(update_fields=["state", "withdrawn_at", "withdrawal_reason", "revision"])
    record(
        action="registration.withdrawn",
        actor_id=by.pk,
        subject=current,
        organisation_id=current.organisation_id,
        edition=current.edition_id,
    )
    return current


def _locked_edition(pk: int) -> Edition:
    """The rules in force, that do not change before whoever joins on them is committed.

    Always the first lock taken; what was read before waiting for it may no longer hold.
    """
    return Edition.objects.select_for_update().get(pk=pk)


def _locked(registration: Registration) -> Registration:
    return (
        Registration.objects.select_for_update(of=("self",))
        .select_related("edition", "organisation")
        .get(pk=registration.pk)
    )


def _refuse_changes(
    current: Registration,
    revision: int,
    options: Collection[OptionCode],
    channels: Sequence[ChannelDeclaration],
    sites: Sequence[SiteDeclaration],
) -> None:
    """Raise Conflict for a body that withdrew, StaleForm when it changed since `revision`."""
    if not current.takes_part:
        raise Conflict(_("Cet organisme s’est retiré de l’édition."))
    if current.revision != revision:
        yours = participation_in_words(
            options=options, channels=channels, site_names=[site.name for site in sites]
        )
        raise StaleForm(
            differences(stored_participation(current), yours), current_revision=current.revision
        )


def _declare(
    current: Registration,
    channels: Sequence[ChannelDeclaration],
    sites: Sequence[SiteDeclaration],
    *,
    by: Person,
    action: str,
) -> None:
    """Replace channels and places, and leave a trace of it."""
    _set_channels(current, channels)
    _set_sites(current, sites, by=by)
    current.revision += 1
    current.save(update_fields=["revision"])
    record(
        action=action,
        actor_id=by.pk,
        subject=current,
        organisation_id=current.organisation_id,
        revision=current.revision,
    )


def _refuse_body(edition: Edition, organisation: Organisation) -> None:
    if organisation.ended_year is not None:
        raise Refusal(
            _("%(name)s n’existe plus depuis %(year)d : inscrivez l’organisme qui lui a succédé.")
            % {"name": organisation.name, "year": organisation.ended_year},
            field="organisation",
        )
    if organisation.is_simulated != edition.is_simulated:
        raise Refusal(
            _("Une édition de démonstration n’accueille que des organismes fictifs.")
            if edition.is_simulated
            else _("Un organisme fictif ne s’inscrit pas à une édition réelle."),
            field="organisation",
        )


def _registration_row(edition: Edition, organisation: Organisation, person: Person) -> Registration:
    """A new row, or the one of a body that had withdrawn, emptied of what it had declared."""
    refusal = AlreadyRegistered(
        _("%(name)s est déjà inscrit à cette édition.") % {"name": organisation.name},
        field="organisation",
    )
    existing = (
        Registration.objects.select_for_update()
        .filter(edition=edition, organisation=organisation)
        .first()
    )
    if existing is None:
        try:
            with transaction.atomic():
                return Registration.objects.create(
                    edition=edition,
                    organisation=organisation,
                    submitted_by=person,
                    staff_informed=True,
                    communicability_acknowledged=True,
                )
        except IntegrityError as error:
            # Somebody registered the same body between our read and our write.
            raise refusal from error
    if existing.takes_part:
        raise refusal
    existing.ticked_options.all().delete()
    existing.declared_channels.all().delete()
    existing.declared_sites.all().delete()
    existing.state = RegistrationState.SUBMITTED
    existing.withdrawn_at = None
    existing.withdrawal_reason = ""
    existing.submitted_by = person
    existing.submitted_at = timezone.now()
    existing.revision += 1
    existing.save()
    return existing


def _set_options(registration: Registration, codes: Iterable[OptionCode]) -> None:
    """Tick these options and no other.

    Places are counted under a lock on the option's row, taken in the order of the primary keys, so
    that two bodies cannot both take the last one.
    """
    wanted = {code.value for code in codes}
    options = {
        option.code: option
        for option in registration.edition.options.select_for_update(of=("self",)).order_by("pk")
    }
    if wanted - options.keys():
        raise Refusal(_("Cette édition ne propose pas cette option."), field="options")
    ticked = set(registration.ticked_options.values_list("option__code", flat=True))
    registration.ticked_options.filter(option__code__in=ticked - wanted).delete()
    for code, option in options.items():
        if code in wanted - ticked:
            RegistrationOption.objects.create(
                registration=registration, option=option, price_cents=_price_now(option)
            )


def _price_now(option: Option) -> int:
    """Price in cents for the next taker; raises Conflict when every place is taken."""
    # Places are shared by all tenants; the row lock on the option is held by the caller.
    with scopes_disabled():
        takers = RegistrationOption.objects.filter(
            option=option, registration__state=RegistrationState.SUBMITTED
        )
        if option.quota is not None and takers.count() >= option.quota:
            raise Conflict(
                _("« %(option)s » : les %(quota)d places sont prises.")
                % {"option": option, "quota": option.quota},
                field="options",
            )
        if option.free_quota and takers.filter(price_cents=0).count() < option.free_quota:
            return 0
    return option.price_cents


def _set_channels(registration: Registration, channels: Sequence[ChannelDeclaration]) -> None:
    checked = [checked_channel(channel) for channel in channels]
    registration.declared_channels.exclude(
        channel__in=[declaration.channel for declaration in checked]
    ).delete()
    for declaration in checked:
        DeclaredChannel.objects.update_or_create(
            registration=registration,
            channel=declaration.channel,
            defaults={"exists": declaration.exists, "address": declaration.address},
        )


def _set_sites(registration: Registration, sites: Sequence[SiteDeclaration], *, by: Person) -> None:
    body = registration.organisation
    known = {site.name: site for site in Site.objects.filter(organisation=body)}
    kept = []
    for site in checked_sites(sites):
        # A known name stands for the place as the body described it: whoever asks to act for a
        # body without being confirmed must not change what it declared.
        place = known.get(site.name) or declare_site(
            organisation=body,
            name=site.name,
            address=site.address,
            opening_hours=site.opening_hours,
            by=by,
        )
        RegistrationSite.objects.get_or_create(registration=registration, site=place)
        kept.append(place.pk)
    registration.declared_sites.exclude(site__in=kept).delete()
