"""Creating, correcting and opening an edition, and the transitions of its waves."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.accounts.models import Person
from parvis.editions import rules as edition_rules
from parvis.editions.enums import WAVE_TRANSITIONS, OptionCode, RegistrationState, WaveState
from parvis.editions.locks import Section, locks_of
from parvis.editions.models import ChannelWeight, Edition, Election, Option, Wave
from parvis.editions.rules import EditionRules, ElectionRule, OptionRule, WaveRule
from parvis.editions.wording import differences, rules_in_words
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.stale import StaleForm
from parvis.journal.operations import record
from parvis.questionnaires.enums import Channel
from parvis.questionnaires.grids import freeze

_OWN_FIELDS = (
    "title",
    "slug",
    "presentation",
    "time_zone",
    "registration_opens_at",
    "registration_closes_at",
    "grid",
    "minimum_peers",
    "minimum_quartile_peers",
    "minimum_coverage_percent",
)


def rules_of(edition: Edition) -> EditionRules:
    """The rules in force, in the form in which `update_edition` takes them."""
    return EditionRules(
        **{name: getattr(edition, name) for name in _OWN_FIELDS},
        waves=tuple(WaveRule(wave.starts_on, wave.ends_on) for wave in edition.waves.all()),
        weights={
            Channel(weight.channel): weight.weight_percent
            for weight in edition.channel_weights.all()
        },
        options=tuple(
            OptionRule(
                code=OptionCode(option.code),
                price_cents=option.price_cents,
                free_quota=option.free_quota,
                quota=option.quota,
                description=option.description,
            )
            for option in edition.options.all()
        ),
        elections=tuple(
            ElectionRule(
                label=election.label,
                first_round_on=election.first_round_on,
                last_round_on=election.last_round_on,
                organisation_kind=election.organisation_kind,
                organisation=election.organisation,
            )
            for election in edition.elections.select_related("organisation")
        ),
    )


def create_edition(*, rules: EditionRules, by: Person, is_simulated: bool = False) -> Edition:
    """Store a draft, seen by the operator only until `open_edition`.

    Raises Refusal, with the field, for rules that contradict or an address already taken.
    """
    edition_rules.check(rules)
    edition = Edition(
        **{name: getattr(rules, name) for name in _OWN_FIELDS}, is_simulated=is_simulated
    )
    try:
        with transaction.atomic():
            edition.save()
            _write_waves(edition, rules.waves)
            _write_weights(edition, rules)
            _write_options(edition, rules.options)
            _write_elections(edition, rules.elections)
            record(action="edition.created", actor_id=by.pk, subject=edition)
    except IntegrityError as error:
        raise _refusal_of_integrity(rules.slug) from error
    return edition


def update_edition(*, edition: Edition, rules: EditionRules, revision: int, by: Person) -> Edition:
    """Replace the rules of an edition that were read at `revision`.

    Raises StaleForm, with both versions, when the edition changed meanwhile, Conflict when a locked
    rule would change, Refusal for rules that contradict. Options that somebody ticked stay, and no
    quota falls below its takers.
    """
    edition_rules.check(rules)
    try:
        with transaction.atomic():
            current = Edition.objects.select_for_update().get(pk=edition.pk)
            # Contacts are generated under the lock of their wave: either they exist when the locks
            # of the edition are asked for below, or they will be planned in the new dates.
            list(current.waves.select_for_update())
            before = rules_of(current)
            if current.revision != revision:
                raise StaleForm(
                    differences(rules_in_words(before), rules_in_words(rules)),
                    current_revision=current.revision,
                )
            changed = [
                name
                for name in EditionRules.__slots__
                if getattr(before, name) != getattr(rules, name)
            ]
            if not changed:
                return current
            _refuse_locked(current, before, rules, changed)
            for name in _OWN_FIELDS:
                setattr(current, name, getattr(rules, name))
            current.revision += 1
            current.save()
            if "waves" in changed:
                _rewrite_waves(current, rules.waves)
            if "weights" in changed:
                _write_weights(current, rules)
            if "options" in changed:
                _write_options(current, rules.options)
            if "elections" in changed:
                current.elections.all().delete()
                _write_elections(current, rules.elections)
            if current.is_open:
                freeze(current.grid)
            record(
                action="edition.updated",
                actor_id=by.pk,
                subject=current,
                changed=sorted(changed),
                revision=current.revision,
            )
    except IntegrityError as error:
        raise _refusal_of_integrity(rules.slug) from error
    return current


@transaction.atomic
def open_edition(*, edition: Edition, by: Person) -> Edition:
    """Open the public page and publish the rules; opening twice changes nothing.

    The grid no longer changes from then on.
    """
    # Without a join: after a wait PostgreSQL would look for the new grid among the former ones.
    current = Edition.objects.select_for_update().get(pk=edition.pk)
    if current.is_open:
        return current
    current.opened_at = timezone.now()
    current.revision += 1
    current.save(update_fields=["opened_at", "revision"])
    freeze(current.grid)
    record(action="edition.opened", actor_id=by.pk, subject=current)
    return current


@transaction.atomic
def open_wave(*, wave: Wave, by: Person) -> Wave:
    """Start the fieldwork of a wave, from its first day on.

    Raises Conflict for an edition still in draft, before the first day, or out of the wave's
    order of states.
    """
    current = _locked_wave(wave)
    if not current.edition.is_open:
        raise Conflict(_("Ouvrez d’abord l’édition : ses participants ne la connaissent pas."))
    today = current.edition.day_of(timezone.now())
    if today < current.starts_on:
        raise Conflict(
            _("La vague %(number)d commence le %(day)s : elle ne s’ouvre pas avant.")
            % {"number": current.number, "day": f"{current.starts_on:%d/%m/%Y}"}
        )
    return _move_wave(current, WaveState.OPEN, by)


@transaction.atomic
def close_wave(*, wave: Wave, by: Person) -> Wave:
    """End the fieldwork of a wave: the state and the journal only.

    What contacts must have become beforehand is known, and checked, by mystery_audits.
    """
    return _move_wave(_locked_wave(wave), WaveState.CLOSED, by)


def _locked_wave(wave: Wave) -> Wave:
    return Wave.objects.select_for_update(of=("self",)).select_related("edition").get(pk=wave.pk)


def _move_wave(wave: Wave, state: WaveState, by: Person) -> Wave:
    if state not in WAVE_TRANSITIONS[WaveState(wave.state)]:
        raise Conflict(
            _("La vague %(number)d est « %(from)s » : elle ne peut pas passer à « %(to)s ».")
            % {"number": wave.number, "from": wave.get_state_display(), "to": state.label}
        )
    wave.state = state
    if state == WaveState.CLOSED:
        wave.closed_at = timezone.now()
    wave.save(update_fields=["state", "closed_at"])
    record(action=f"wave.{state.value}", actor_id=by.pk, subject=wave, edition=wave.edition_id)
    return wave


def _refuse_locked(
    edition: Edition, before: EditionRules, rules: EditionRules, changed: Sequence[str]
) -> None:
    locks = locks_of(edition)
    for section, reason in locks.items():
        for name in section.value:
            if name in changed and not _is_tightened(section, name, before, rules):
                raise Conflict(reason, field=name)


def _is_tightened(section: Section, name: str, before: EditionRules, rules: EditionRules) -> bool:
    """Whether a threshold that may still rise does so."""
    return (
        section is Section.THRESHOLDS
        and name != "minimum_coverage_percent"
        and getattr(rules, name) > getattr(before, name)
    )


def _write_waves(edition: Edition, waves: Sequence[WaveRule]) -> None:
    Wave.objects.bulk_create(
        Wave(edition=edition, number=number, starts_on=wave.starts_on, ends_on=wave.ends_on)
        for number, wave in enumerate(waves, start=1)
    )


def _rewrite_waves(edition: Edition, waves: Sequence[WaveRule]) -> None:
    stored = list(edition.waves.select_for_update())
    for wave in stored[len(waves) :]:
        if wave.state != WaveState.PLANNED:
            raise Conflict(_("Une vague commencée ne se supprime pas."), field="waves")
        wave.delete()
    for wave, dates in zip(stored, waves, strict=False):
        if (wave.starts_on, wave.ends_on) == (dates.starts_on, dates.ends_on):
            continue
        if wave.state == WaveState.CLOSED:
            raise Conflict(
                _("La vague %(number)d est close : ses dates ne changent plus.")
                % {"number": wave.number},
                field="waves",
            )
        if wave.state == WaveState.OPEN and wave.starts_on != dates.starts_on:
            raise Conflict(
                _("La vague %(number)d est commencée : seul son dernier jour peut changer.")
                % {"number": wave.number},
                field="waves",
            )
        wave.starts_on, wave.ends_on = dates.starts_on, dates.ends_on
        wave.save(update_fields=["starts_on", "ends_on"])
    for number, dates in enumerate(waves[len(stored) :], start=len(stored) + 1):
        edition.waves.create(number=number, starts_on=dates.starts_on, ends_on=dates.ends_on)


def _write_weights(edition: Edition, rules: EditionRules) -> None:
    edition.channel_weights.all().delete()
    ChannelWeight.objects.bulk_create(
        ChannelWeight(edition=edition, channel=channel, weight_percent=weight)
        for channel, weight in rules.weights.items()
    )


def _write_options(edition: Edition, options: Sequence[OptionRule]) -> None:
    # Row locks in the order of the primary key, as registrations take them.
    stored = {o.code: o for o in edition.options.select_for_update().order_by("pk")}
    # Takers of every tenant count against the quota.
    with scopes_disabled():
        for code in set(stored) - {rule.code.value for rule in options}:
            if stored[code].takers.exists():
                raise Conflict(
                    _("%(option)s : des organismes ont choisi cette option, elle reste.")
                    % {"option": stored[code]},
                    field="options",
                )
            stored[code].delete()
        for rule in options:
            option = stored.get(rule.code.value) or Option(edition=edition, code=rule.code)
            if option.pk is not None and rule.quota is not None:
                taken = option.takers.filter(
                    registration__state=RegistrationState.SUBMITTED
                ).count()
                if rule.quota < taken:
                    raise Conflict(
                        _("%(option)s : %(taken)d organismes l’ont déjà choisie.")
                        % {"option": option, "taken": taken},
                        field="options",
                    )
            option.price_cents = rule.price_cents
            option.free_quota = rule.free_quota
            option.quota = rule.quota
            option.description = rule.description
            option.save()


def _write_elections(edition: Edition, elections: Sequence[ElectionRule]) -> None:
    Election.objects.bulk_create(
        Election(
            edition=edition,
            label=election.label,
            first_round_on=election.first_round_on,
            last_round_on=election.last_round_on,
            organisation_kind="" if election.organisation else election.organisation_kind,
            organisation=election.organisation,
        )
        for election in elections
    )


def _refusal_of_integrity(slug: str) -> Refusal:
    """The checks ran before: what is left for the database to refuse is the address."""
    return Refusal(
        _("L’adresse « %(slug)s » est déjà celle d’une autre édition.") % {"slug": slug},
        field="slug",
    )
