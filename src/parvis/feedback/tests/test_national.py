"""The operator's national view, and the card of its board: who opens them, and what they say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.editions.enums import OptionCode, RegistrationState
from parvis.editions.models import Registration, RegistrationOption
from parvis.editions.tests.factories import EditionFactory, RegistrationFactory
from parvis.feedback.board_card import feedback_card
from parvis.feedback.enums import Exclusion
from parvis.feedback.models import NationalFigures
from parvis.feedback.national import freeze
from parvis.feedback.tests.test_measures import give, place
from parvis.organisations.models import Organisation
from parvis.organisations.tests.factories import MandateFactory, OrganisationFactory

pytestmark = pytest.mark.django_db

URL = "/ecoute/nationale/"
TODAY = date(2026, 4, 20)
OPERATOR = Hat(key="o", kind=RoleKind.OPERATOR, person_id=1, label="Opérateur")


def towns(count: int, *, population: int = 5_000, answers: int = 40) -> list[Organisation]:
    """Towns with one desk each; the first the least satisfied."""
    bodies = [OrganisationFactory(population=population) for _ in range(count)]
    for rank, body in enumerate(bodies):
        good = answers * (rank + 1) // (count + 1)
        give(place(body, stage="handling"), [3] * good + [0] * (answers - good))
    return bodies


def the_operator(client: Client) -> Client:
    return sign_in(client, PersonFactory(operator=True), RoleKind.OPERATOR)


def test_means_are_those_of_bodies_rounded_to_hide_each():
    towns(7)
    figures = freeze(today=TODAY)
    assert figures is not None
    assert figures.month == date(2026, 3, 1)
    document = figures.document
    assert (document["first_month"], document["last_month"]) == ("2025-04-01", "2026-03-01")
    everybody = document["groups"][0]
    assert (everybody["group"], everybody["bodies"]) == ("all", 7)
    # 50 on average; seven bodies round to two points.
    assert everybody["mean"] == 50
    assert everybody["lower"] < 50 < everybody["upper"]
    assert everybody["counted"] == everybody["received"] == 280
    # The same seven bodies under another name would say nothing more.
    assert [row["group"] for row in document["groups"]] == ["all"]
    assert [row["stage"] for row in document["stages"]] == ["handling"]
    by_month = {row["month"]: row.get("mean") for row in document["months"]}
    assert len(by_month) == 12
    assert by_month["2026-03-01"] == 50
    assert by_month["2026-02-01"] is None


def test_five_bodies_are_too_few_and_one_with_too_few_answers_is_none():
    towns(5)
    give(place(OrganisationFactory(population=5_000)), [3] * 29)
    figures = freeze(today=TODAY)
    assert figures is not None
    assert figures.document["groups"] == []
    assert figures.document["stages"] == []
    assert figures.document["bodies"] == {"listening": 6, "scored": 5}
    assert all("mean" not in row for row in figures.document["months"])


def test_the_rest_of_a_group_is_never_a_few_bodies():
    """All less the towns would be three hospitals: the towns' own mean is not shown."""
    towns(8)
    for _ in range(3):
        give(place(OrganisationFactory(kind="hospital", population=None)), [1, 3] * 20)
    figures = freeze(today=TODAY)
    assert figures is not None
    assert [row["group"] for row in figures.document["groups"]] == ["all"]


def test_strata_stand_beside_everybody_when_each_hides_its_own():
    towns(7)
    towns(8, population=30_000)
    figures = freeze(today=TODAY)
    assert figures is not None
    assert [(row["group"], row["bodies"]) for row in figures.document["groups"]] == [
        ("all", 15),
        ("commune_20000", 8),
        ("commune_2000", 7),
    ]


def test_bodies_of_no_wider_group_are_not_taken_for_everybody():
    towns(7)
    for _ in range(6):
        give(place(OrganisationFactory(kind="hospital", population=None)), [1, 3] * 20)
    figures = freeze(today=TODAY)
    assert figures is not None
    assert [(row["group"], row["bodies"]) for row in figures.document["groups"]] == [
        ("all", 13),
        ("communes", 7),
        ("hospital", 6),
    ]


def test_presses_of_one_body_alone_are_not_told():
    bodies = towns(7)
    give(bodies[0].touchpoints.get(), [0] * 25, exclusion=Exclusion.BURST)
    figures = freeze(today=TODAY)
    assert figures is not None
    assert figures.document["groups"][0]["counted"] == 280
    assert "received" not in figures.document["groups"][0]


def test_a_body_that_gives_nearly_all_the_answers_is_not_counted_aloud():
    towns(7, answers=40)
    giant = OrganisationFactory(population=5_000)
    give(place(giant), [2] * 3_000)
    figures = freeze(today=TODAY)
    assert figures is not None
    assert figures.document["groups"][0]["bodies"] == 8
    assert "counted" not in figures.document["groups"][0]


def test_a_month_is_frozen_once():
    bodies = towns(7)
    assert freeze(today=TODAY) is not None
    assert freeze(today=TODAY) is None
    # Late answers of March change neither what was shown nor the month in the next view.
    for body in bodies:
        give(body.touchpoints.get(), [3] * 400, day=date(2026, 3, 11))
    give(bodies[0].touchpoints.get(), [3] * 40, day=date(2026, 4, 2))
    later = freeze(today=date(2026, 5, 2))
    assert later is not None
    march = {row["month"]: row.get("mean") for row in later.document["months"]}["2026-03-01"]
    assert march == 50
    assert later.document["groups"][0]["mean"] > 80


def test_the_edition_may_ask_for_more_peers():
    EditionFactory(complete=True, minimum_peers=8)
    towns(8)
    figures = freeze(today=TODAY)
    assert figures is not None
    assert figures.document["minimum_peers"] == 8
    assert figures.document["groups"] == []


def test_the_page_names_no_body_and_reads_one_row(client):
    bodies = towns(7)
    freeze(today=TODAY)
    the_operator(client)
    client.get(URL)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = client.get(URL).content.decode()
    feedback = [q["sql"] for q in queries if "feedback_" in q["sql"]]
    assert len(feedback) == 1
    assert "Moyenne de 7 organismes" in page
    assert "avril 2025" in page
    assert "mars 2026" in page
    assert not [body.name for body in bodies if body.name in page]


def test_the_page_teaches_before_the_first_month(client):
    page = the_operator(client).get(URL)
    assert page.status_code == 200
    assert "Rien à montrer pour l’instant" in page.content.decode()
    assert the_operator(client).get(f"{URL}?format=csv").status_code == 200


def test_the_page_says_from_how_many_bodies_a_mean_shows(client):
    towns(3)
    freeze(today=TODAY)
    page = the_operator(client).get(URL).content.decode()
    assert "à partir de 6 organismes" in page


def test_the_export_holds_what_the_page_shows(client):
    towns(7)
    freeze(today=TODAY)
    response = the_operator(client).get(f"{URL}?format=csv")
    lines = response.content.decode("utf-8-sig").splitlines()
    assert response["Content-Disposition"].endswith('"ecoute-nationale-2026-03.csv"')
    assert lines[0].startswith("Tableau;Élément;Organismes;Moyenne")
    assert lines[1].startswith("Groupe;Tous les organismes participants;7;50,0;")
    assert lines[1].endswith(";280;280")
    assert "Mois;2026-02-01;;;;;;" in lines


def test_only_the_operator_opens_it(client):
    freeze(today=TODAY)
    assert client.get(URL).status_code == 302
    for person, kind in (
        (MandateFactory(confirmed=True).person, RoleKind.COORDINATOR),
        (PersonFactory(reviewer=True), RoleKind.REVIEWER),
    ):
        assert sign_in(client, person, kind).get(URL).status_code in (403, 404)
    assert the_operator(client).post(URL).status_code == 405


def test_the_menu_of_the_operator_leads_there(client):
    page = the_operator(client).get(reverse("editions:board_list")).content.decode()
    assert f'href="{URL}"' in page


# --- The card of the board -----------------------------------------------------------------------


def took_the_option(edition: object, organisation: Organisation) -> Registration:
    registration = RegistrationFactory(edition=edition, organisation=organisation)
    RegistrationOption.objects.create(
        registration=registration,
        option=registration.edition.options.get(code=OptionCode.FEEDBACK),
        price_cents=0,
    )
    return registration


def test_the_card_counts_takers_the_equipped_and_the_active():
    edition = EditionFactory(complete=True)
    today = timezone.now().date()
    active, quiet, bare, gone = [OrganisationFactory() for _ in range(4)]
    give(place(active), [3, 3], day=today - timedelta(days=3))
    give(place(quiet), [3, 3], day=today - timedelta(days=60))
    for body in (active, quiet, bare, gone):
        took_the_option(edition, body)
    RegistrationFactory(edition=edition, organisation=OrganisationFactory())
    Registration.objects.filter(organisation=gone).update(
        state=RegistrationState.WITHDRAWN,
        withdrawn_at=timezone.now(),
        withdrawal_reason="Fusion de communes",
    )
    card = feedback_card(edition, OPERATOR)
    assert card is not None
    assert card.say == "3 organismes ont pris l’option."
    assert [(line.value, line.pill) for line in card.lines] == [("2", ""), ("1", "")]
    assert card.links == [("Vue nationale", URL)]


def test_no_card_without_the_option():
    edition = EditionFactory(complete=True)
    edition.options.filter(code=OptionCode.FEEDBACK).delete()
    assert feedback_card(edition, OPERATOR) is None
    assert NationalFigures.objects.count() == 0
