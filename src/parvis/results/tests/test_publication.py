"""Publication: what it opens, what it freezes, what it replaces, whom it tells."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from parvis.editions.models import Election
from parvis.foundation.errors import Conflict
from parvis.foundation.models import OutgoingMail
from parvis.foundation.worker import run_pending
from parvis.journal.models import Entry
from parvis.measures.models import Measure
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.models import Answer, Contact
from parvis.questionnaires.enums import Channel
from parvis.results.models import Publication
from parvis.results.operations import launch_run, publish
from parvis.results.permissions import public_figures
from parvis.results.tasks import announce_publication
from parvis.results.tests.factories import Barometer, small_barometer

pytestmark = pytest.mark.django_db


@pytest.fixture
def barometer() -> Barometer:
    return small_barometer(organisations=7, waves=2)


def corrected(barometer: Barometer) -> None:
    """Every answer of one body turns to its opposite where it is yes or no."""
    contacts = Contact.objects.filter(organisation=barometer.organisations[0])
    Answer.objects.filter(contact__in=contacts, value="no").update(value="yes")


def test_contacts_become_preliminary_results(barometer: Barometer) -> None:
    barometer.publish(barometer.waves[0])
    states = Contact.objects.filter(wave=barometer.waves[0]).values_list("state", flat=True)
    assert set(states) == {ContactState.PRELIMINARY}
    others = Contact.objects.filter(wave=barometer.waves[1]).values_list("state", flat=True)
    assert set(others) == {ContactState.VALIDATED}
    assert Entry.objects.filter(action="results.published").count() == 1


def test_publishing_twice_is_refused(barometer: Barometer) -> None:
    run = barometer.run()
    publish(run=run, by=None)
    with pytest.raises(Conflict, match="déjà publiés"):
        publish(run=run, by=None)
    assert Publication.objects.count() == 1


def test_correction_replaces_the_publication_and_keeps_its_means(barometer: Barometer) -> None:
    first = barometer.publish()
    corrected(barometer)
    second = barometer.publish()
    first.refresh_from_db()
    assert first.superseded_at is not None
    assert second.superseded_at is None
    own = barometer.organisations[0].score_sheets
    assert own.get(run=second.run).overall_percent > own.get(run=first.run).overall_percent
    assert second.comparisons == first.comparisons


def test_older_run_does_not_replace_a_newer_one(barometer: Barometer) -> None:
    older = barometer.run()
    corrected(barometer)
    barometer.publish()
    with pytest.raises(Conflict, match="plus récent"):
        publish(run=older, by=None)


def test_strata_do_not_move_between_publications(barometer: Barometer) -> None:
    barometer.publish(barometer.waves[0])
    body = barometer.organisations[0]
    body.population = 150_000
    body.save()
    second = barometer.publish(barometer.waves[1])
    assert body.score_sheets.get(run=second.run).stratum == "commune_10000"


def test_measures_are_written_once_and_replaced(barometer: Barometer) -> None:
    first = barometer.publish()
    overall = {"stage": "", "channel": "", "determinant": ""}
    assert Measure.objects.filter(**overall).count() == 7
    sheet = barometer.organisations[0].score_sheets.get(run=first.run)
    found = Measure.objects.get(organisation=barometer.organisations[0], **overall)
    assert found.estimate_percent == sheet.overall_percent
    assert (found.period_start, found.answers) == (barometer.waves[0].starts_on, 8)
    corrected(barometer)
    second = barometer.publish()
    assert set(Measure.objects.values_list("source_reference", flat=True)) == {
        f"run:{second.run_id}"
    }


def test_coordinators_are_told_once_without_any_figure(
    barometer: Barometer, mailoutbox: list[EmailMessage]
) -> None:
    publication = publish(run=barometer.run(), by=None, base_url="https://barometre.exemple")
    run_pending()
    assert {mail.to[0] for mail in mailoutbox} == {p.email for p in barometer.coordinators}
    for mail in mailoutbox:
        assert f"https://barometre.exemple/resultats/{publication.pk}/" in mail.body
        assert "sur 100" not in mail.body
    announce_publication.call(publication.pk, "https://barometre.exemple")
    run_pending()
    assert len(mailoutbox) == 7


def test_nobody_is_told_without_an_address(barometer: Barometer) -> None:
    barometer.publish()
    run_pending()
    assert not OutgoingMail.objects.exists()


def test_too_few_peers_leave_no_mean_and_no_error() -> None:
    publication = small_barometer(organisations=4).publish()
    assert publication.comparisons["measures"] == {}


def test_public_figures_wait_for_the_last_wave_and_the_end_of_the_embargo(
    barometer: Barometer,
) -> None:
    edition = barometer.edition
    today = timezone.now().date()
    barometer.publish(barometer.waves[0])
    waiting = public_figures(edition, today)
    assert waiting.publication is None
    assert "après la dernière vague" in waiting.reasons[0]
    publish(run=launch_run(edition=edition, wave=None, by=None), by=None)
    assert public_figures(edition, today).shows_everybody
    election = Election.objects.create(
        edition=edition,
        label="Élections municipales",
        first_round_on=today + timedelta(days=30),
        last_round_on=today + timedelta(days=37),
        organisation_kind="commune",
    )
    edition = type(edition).objects.get(pk=edition.pk)
    embargoed = public_figures(edition, today)
    assert not embargoed.shows_everybody
    assert {stratum.value.split("_")[0] for stratum in embargoed.withheld} == {"commune"}
    after = public_figures(edition, election.last_round_on + timedelta(days=1))
    assert after.shows_everybody


def test_channel_only_some_have_is_compared_among_those(barometer: Barometer) -> None:
    scored = small_barometer(
        organisations=12, contacts={Channel.PHONE: 2, Channel.EMAIL: 2, Channel.SOCIAL: 1}, seed=5
    )
    Contact.objects.filter(
        organisation__in=scored.organisations[:4], channel=Channel.SOCIAL
    ).update(state=ContactState.CANCELLED)
    publication = scored.publish()
    assert publication.comparisons["measures"]["channel:social"]["all"]["members"] == 8
