"""Pages of results, through HTTP: who opens them, what they say, and how many queries they make."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from parvis.accounts.enums import RoleKind
from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.mystery_audits.models import Answer, Contact
from parvis.mystery_audits.tests.factories import MysteryCitizenFactory
from parvis.organisations.enums import MandateState
from parvis.organisations.models import Mandate
from parvis.questionnaires.enums import Channel, JourneyStage
from parvis.results.models import Publication, Run, ScoreSheet
from parvis.results.operations import launch_run, publish
from parvis.results.reading import Reading
from parvis.results.report import participant_report
from parvis.results.tests.factories import Barometer, small_barometer, without_channel

pytestmark = pytest.mark.django_db

PARTICIPANT_PAGES = ("sheet", "journey", "criteria", "method", "report", "export")


@pytest.fixture
def barometer() -> Barometer:
    return small_barometer(organisations=8, is_simulated=True)


@pytest.fixture
def publication(barometer: Barometer) -> Publication:
    return barometer.publish()


def participant_urls(barometer: Barometer, publication: Publication, of: int = 0) -> list[str]:
    contact = barometer.organisations[of].contacts.first()
    return [
        reverse("results:mine"),
        *(reverse(f"results:{name}", args=[publication.pk]) for name in PARTICIPANT_PAGES),
        reverse("results:contact", args=[publication.pk, contact.pk]),
    ]


def operator_urls(barometer: Barometer, number: int = 1) -> list[str]:
    slug = barometer.edition.slug
    return [
        reverse("results:runs", args=[slug]),
        reverse("results:run", args=[slug, number]),
        reverse("results:sheets", args=[slug, number]),
        reverse("results:full_sheet", args=[slug, number, barometer.organisations[0].pk]),
        reverse("results:publish", args=[slug, number]),
    ]


def text_of(client: Client, url: str, **options: Any) -> str:
    response = client.get(url, **options)
    assert response.status_code == 200
    return response.content.decode()


def test_coordinator_opens_every_page_of_the_own_body(
    client: Client, barometer: Barometer, publication: Publication
) -> None:
    sign_in(client, barometer.coordinators[0])
    for url in participant_urls(barometer, publication):
        response = client.get(url)
        assert response.status_code == 200, url
        assert "no-store" in response["Cache-Control"]


def test_sheet_says_first_what_is_certain_and_that_it_is_a_simulation(
    client: Client, barometer: Barometer, publication: Publication
) -> None:
    page = text_of(
        sign_in(client, barometer.coordinators[0]), reverse("results:sheet", args=[publication.pk])
    )
    assert "moyenne des participants" in page
    assert page.index('class="say"') < page.index('class="big-number"')
    assert 'class="sim-banner"' in page
    assert "moyenne des collectivités" not in page
    assert "rang " not in page.lower()


def test_pages_are_written_in_english_too(
    client: Client, barometer: Barometer, publication: Publication
) -> None:
    sign_in(client, barometer.coordinators[0])
    client.cookies["django_language"] = "en"
    for url in participant_urls(barometer, publication):
        assert client.get(url).status_code == 200
    assert '<html lang="en">' in text_of(client, reverse("results:mine"))


def test_another_body_s_contact_is_absent(
    client: Client, barometer: Barometer, publication: Publication
) -> None:
    sign_in(client, barometer.coordinators[0])
    theirs = barometer.organisations[1].contacts.first()
    assert (
        client.get(reverse("results:contact", args=[publication.pk, theirs.pk])).status_code == 404
    )


def test_body_outside_the_edition_finds_nothing(
    client: Client, barometer: Barometer, publication: Publication
) -> None:
    stranger = small_barometer(organisations=1)
    sign_in(client, stranger.coordinators[0])
    for url in participant_urls(barometer, publication)[1:]:
        assert client.get(url).status_code == 404, url
    assert "Pas encore de résultat" in text_of(client, reverse("results:mine"))


def test_pending_coordinator_is_refused_with_the_reason(
    client: Client, barometer: Barometer, publication: Publication
) -> None:
    Mandate.objects.filter(person=barometer.coordinators[0]).update(
        state=MandateState.REQUESTED, decided_at=None
    )
    sign_in(client, barometer.coordinators[0])
    for url in participant_urls(barometer, publication):
        response = client.get(url)
        assert response.status_code == 403
        assert "confirmer" in response.content.decode()


def mystery_citizen() -> Client:
    citizen = MysteryCitizenFactory()
    return sign_in(Client(), citizen.person, RoleKind.MYSTERY_CITIZEN)


def reviewer() -> Client:
    return sign_in(Client(), PersonFactory(reviewer=True), RoleKind.REVIEWER)


def coordinator_of(barometer: Barometer) -> Client:
    return sign_in(Client(), barometer.coordinators[0])


@pytest.mark.parametrize("who", [mystery_citizen, reviewer])
def test_mystery_citizens_and_reviewers_see_no_result(
    who: Callable[[], Client], barometer: Barometer, publication: Publication
) -> None:
    client = who()
    urls = [*participant_urls(barometer, publication), *operator_urls(barometer)]
    for url in urls:
        assert client.get(url).status_code in (403, 404), url
    launch = reverse("results:launch", args=[barometer.edition.slug])
    assert client.post(launch, {"vague": "1"}).status_code in (403, 404)


def test_coordinator_sees_no_page_of_the_operator(
    barometer: Barometer, publication: Publication
) -> None:
    client = coordinator_of(barometer)
    for url in operator_urls(barometer):
        assert client.get(url).status_code == 403, url


def test_visitor_is_sent_to_sign_in(
    client: Client, barometer: Barometer, publication: Publication
) -> None:
    for url in [*participant_urls(barometer, publication), *operator_urls(barometer)]:
        assert client.get(url).status_code == 302, url


def test_unpublished_and_superseded_results_are_absent(barometer: Barometer) -> None:
    run = barometer.run()
    client = coordinator_of(barometer)
    assert "Pas encore de résultat" in text_of(client, reverse("results:mine"))
    first = publish(run=run, by=None)
    Answer.objects.filter(criterion="phone.greeting", value="no").update(value="yes")
    second = barometer.publish()
    assert second.pk != first.pk
    assert client.get(reverse("results:sheet", args=[first.pk])).status_code == 404
    assert client.get(reverse("results:sheet", args=[second.pk])).status_code == 200


def test_contact_page_never_says_who_tested_or_reviewed(
    barometer: Barometer, publication: Publication
) -> None:
    contact = barometer.organisations[0].contacts.select_related("mystery_citizen__person").first()
    reader = PersonFactory(display_name="Relectrice Secrète", email="relecture@exemple.invalid")
    Contact.objects.filter(pk=contact.pk).update(reviewer=reader)
    page = text_of(
        coordinator_of(barometer), reverse("results:contact", args=[publication.pk, contact.pk])
    )
    assert "Réponse claire, sans nom." in page
    for secret in (
        contact.mystery_citizen.code_name,
        contact.mystery_citizen.person.email,
        contact.mystery_citizen.person.display_name,
        reader.display_name,
        reader.email,
    ):
        assert secret not in page


def test_stages_of_a_contact_follow_the_journey(
    barometer: Barometer, publication: Publication
) -> None:
    contact = barometer.organisations[0].contacts.filter(channel="phone").first()
    page = text_of(
        coordinator_of(barometer), reverse("results:contact", args=[publication.pk, contact.pk])
    )
    shown = re.findall(r'<h2 id="etape-\d+">(.*?)</h2>', page)
    assert len(shown) > 1
    assert shown == [stage for stage in map(str, JourneyStage.labels) if stage in shown]


def test_named_criteria_come_with_their_interval(
    barometer: Barometer, publication: Publication
) -> None:
    page = text_of(coordinator_of(barometer), reverse("results:criteria", args=[publication.pk]))
    figures = re.findall(r'<span class="score">(.*?)</span></span>', page)
    assert figures
    assert [one for one in figures if not re.search(r"\(\d+–\d+\)", one)] == []


def test_other_bodies_never_appear_on_a_participant_s_pages(
    barometer: Barometer, publication: Publication
) -> None:
    client = coordinator_of(barometer)
    others = [body.name for body in barometer.organisations[1:]]
    for url in participant_urls(barometer, publication):
        content = client.get(url).content.decode(errors="replace")
        assert not [name for name in others if name in content], url


def test_absent_and_untested_channels_are_said(barometer: Barometer) -> None:
    without_channel(barometer, barometer.organisations[0], Channel.POST)
    Contact.objects.filter(organisation=barometer.organisations[0], channel=Channel.EMAIL).update(
        state="cancelled"
    )
    publication = barometer.publish()
    page = text_of(
        coordinator_of(barometer), reverse("results:sheet", args=[publication.pk])
    ).replace("\u00a0", " ")
    assert "Courrier postal : canal déclaré inexistant" in page
    assert "Courriel et formulaire : aucune prise de contact validée" in page
    assert "Site internet : trop peu de mesures répétées" in page


def test_too_few_participants_are_not_compared() -> None:
    few = small_barometer(organisations=3)
    publication = few.publish()
    client = coordinator_of(few)
    page = text_of(client, reverse("results:sheet", args=[publication.pk]))
    assert "Trop peu d’organismes participent" in page
    assert "Vos scores par canal" in page
    journey = text_of(client, reverse("results:journey", args=[publication.pk]))
    assert "Vos scores par étape" in journey
    for text in (page, journey):
        assert "autour de la moyenne" not in text
        assert "s’écarte de la moyenne" not in text
        assert "de la moyenne</" not in text
        assert "à côté de la moyenne" not in text
    for url in participant_urls(few, publication):
        assert client.get(url).status_code == 200


def test_report_takes_away_one_s_own_dot_and_no_other() -> None:
    """A score of 52 is drawn between 52 and 54, though it is as near the class below."""
    publication = small_barometer(organisations=12).publish()
    row = ScoreSheet.objects.filter(run=publication.run).for_its_pages().first()
    row.sheet["overall"]["estimate"] = 52.0
    reading = Reading(row, publication.comparisons | {"spread": [51, 53, 53, 61, 99]})
    drawn = participant_report(reading, publication).spread
    assert drawn is not None
    assert drawn.others_percent == (51, 53, 61, 99)


def test_pages_and_report_show_the_same_charts() -> None:
    barometer = small_barometer(organisations=12)
    publication = barometer.publish()
    Publication.objects.update(comparisons=publication.comparisons | {"spread": [47] * 12})
    client = coordinator_of(barometer)
    pages = "".join(
        text_of(client, reverse(f"results:{name}", args=[publication.pk]))
        for name in ("sheet", "journey")
    )
    row = ScoreSheet.objects.filter(run=publication.run).for_its_pages().first()
    made = participant_report(
        Reading(row, publication.comparisons | {"spread": [47] * 12}), publication
    )
    assert made.spread is not None
    for section in (made.spread, made.channels, made.stages, made.determinants):
        assert f'<figcaption class="chart-title">{section.finding}</figcaption>' in pages
    Publication.objects.update(comparisons=publication.comparisons | {"spread": []})
    page = text_of(client, reverse("results:sheet", args=[publication.pk]))
    assert made.spread.finding not in page


def test_export_cannot_run_a_formula(barometer: Barometer, publication: Publication) -> None:
    contact = barometer.organisations[0].contacts.first()
    contact.scenario.title_fr = "=1+1"
    contact.scenario.save()
    page = text_of(coordinator_of(barometer), reverse("results:export", args=[publication.pk]))
    lines = page.removeprefix("\ufeff").splitlines()
    assert lines[0].startswith("Tableau;")
    assert not [cell for line in lines for cell in line.split(";") if cell.startswith(("=", '"='))]


def test_report_is_the_same_to_the_byte(barometer: Barometer, publication: Publication) -> None:
    client = coordinator_of(barometer)
    url = reverse("results:report", args=[publication.pk])
    first, second = client.get(url), client.get(url)
    assert first.content == second.content
    assert first.content.startswith(b"%PDF-")
    assert first["Content-Disposition"].endswith('vague-1.pdf"')
    assert len(PdfReader(io.BytesIO(first.content)).pages) == 4


def test_operator_launches_reads_and_publishes(barometer: Barometer) -> None:
    client = sign_in(Client(), PersonFactory(operator=True))
    slug = barometer.edition.slug
    launch = reverse("results:launch", args=[slug])
    # A double click computes once.
    for _click in range(2):
        response = client.post(launch, {"vague": "1"})
        assert response["Location"] == reverse("results:run", args=[slug, 1])
    assert Run.objects.count() == 1
    for url in operator_urls(barometer):
        assert client.get(url).status_code == 200, url
    page = text_of(client, reverse("results:publish", args=[slug, 1]))
    assert "8 participants" in page
    assert not Publication.objects.exists()
    for _click in range(2):
        response = client.post(reverse("results:publish", args=[slug, 1]))
        assert response.status_code == 302
    assert Publication.objects.count() == 1


@pytest.mark.parametrize("wave", ["7", "-1", "x", "9" * 30])
def test_unknown_wave_is_absent(wave: str, barometer: Barometer) -> None:
    client = sign_in(Client(), PersonFactory(operator=True))
    launch = reverse("results:launch", args=[barometer.edition.slug])
    assert client.post(launch, {"vague": wave}).status_code == 404


def test_list_of_sheets_filters_sorts_and_exports(barometer: Barometer) -> None:
    barometer.run()
    client = sign_in(Client(), PersonFactory(operator=True))
    url = reverse("results:sheets", args=[barometer.edition.slug, 1])
    page = text_of(client, f"{url}?tri=-score&strate=commune_10000&nature=commune")
    assert all(body.name in page for body in barometer.organisations)
    assert barometer.organisations[0].name not in text_of(client, f"{url}?strate=region")
    export = client.get(f"{url}?format=csv")
    assert b"".join(export.streaming_content).decode().count("Ville-T") == 8  # type: ignore[attr-defined]
    export.close()


def test_national_page_is_public_and_waits(client: Client) -> None:
    barometer = small_barometer(organisations=8, waves=2)
    url = reverse("results:national", args=[barometer.edition.slug])
    assert "après la dernière vague" in text_of(client, url)
    assert url in text_of(client, reverse("editions:public_detail", args=[barometer.edition.slug]))
    publish(run=launch_run(edition=barometer.edition, wave=None, by=None), by=None)
    page = text_of(client, url)
    assert "Moyenne des participants" in page
    assert not [body.name for body in barometer.organisations if body.name in page]


def queries_of(client: Client, url: str) -> int:
    client.get(url)  # fills what a process keeps (content types, parsed grid)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(url)
        if response.streaming:
            response.close()
    assert response.status_code == 200
    return len(captured)


def test_number_of_queries_does_not_depend_on_the_number_of_rows() -> None:
    few = small_barometer(organisations=7, contacts={Channel.PHONE: 1, Channel.EMAIL: 1})
    many = small_barometer(
        organisations=30, contacts={Channel.PHONE: 6, Channel.EMAIL: 6, Channel.WEBSITE: 1}
    )
    counts = []
    operator = sign_in(Client(), PersonFactory(operator=True))
    for barometer in (few, many):
        publication = barometer.publish()
        client = coordinator_of(barometer)
        counts.append(
            [queries_of(client, url) for url in participant_urls(barometer, publication)]
            + [queries_of(operator, url) for url in operator_urls(barometer)[:4]]
            + [queries_of(Client(), reverse("results:national", args=[barometer.edition.slug]))]
        )
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 16
