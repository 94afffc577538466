"""Open data: nobody behind a number, whatever is subtracted, however often it is downloaded."""

import csv
import io
import json
from datetime import date

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django_scopes import scope, scopes_disabled
from scipy.optimize import linprog

from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.editions.models import Election
from parvis.editions.tests.factories import EditionFactory
from parvis.feedback.models import OpenDataMonth, OpenDataset
from parvis.feedback.open_data.dataset import FIELDS, THRESHOLD, lines_of, make_due_months
from parvis.feedback.operations.exports import publish_open_data, withdraw_open_data
from parvis.feedback.tasks.exchanges import make_open_data_months
from parvis.feedback.tests.exchange_data import add_counts
from parvis.feedback.tests.factories import TouchpointFactory
from parvis.foundation.errors import Conflict, Refusal
from parvis.journal.models import Entry
from parvis.organisations.tests.factories import MandateFactory

pytestmark = pytest.mark.django_db

JANUARY = date(2026, 1, 1)
LATER = date(2026, 4, 1)


@pytest.fixture
def point():
    return TouchpointFactory(name="=Accueil")


def another(point, **changes):
    return TouchpointFactory(
        organisation=point.organisation, questionnaire=point.questionnaire, **changes
    )


def lines(point):
    with scope(organisation=[point.organisation_id]):
        return [
            dict(zip(FIELDS[1:], line, strict=True))
            for line in lines_of(point.organisation, JANUARY)
        ]


def numbers(point, question="satisfaction", *, of=None):
    code = (of or point).code
    return {
        line["reponse"]: line["nombre"]
        for line in lines(point)
        if line["question"] == question and line["point_code"] == code
    }


class TestSecrecy:
    def test_small_cells_take_the_next_smallest_along(self, point):
        add_counts(point, {0: 3, 1: 12, 2: 40, 3: 80})
        assert numbers(point) == {"total": 135, "0": None, "1": None, "2": 40, "3": 80}

    def test_levels_are_added_before_the_threshold(self, point):
        add_counts(point, {-1: 30, 0: 3}, key="reasons", level=0)
        add_counts(point, {-1: 30, 0: 3}, key="reasons", level=3)
        assert numbers(point, "reasons")["0"] == 6
        assert numbers(point, "reasons")["total"] == 60

    def test_several_answers_hide_who_did_and_who_did_not(self, point):
        add_counts(point, {-1: 40, 0: 38, 1: 20, 2: 2}, key="reasons")
        shown = numbers(point, "reasons")
        assert (shown["total"], shown["0"], shown["1"], shown["2"]) == (40, None, 20, None)
        assert shown["3"] == 0

    def test_few_agents_show_from_thirty_answers_on_and_never_alone(self, point):
        few = another(point, staffing=4)
        big = another(point)
        add_counts(few, {0: 20, 3: 9})
        add_counts(point, {0: 50, 3: 60})
        add_counts(big, {0: 500, 3: 600})
        assert numbers(point, of=few) == {"total": None}
        # The difference with a total known from elsewhere would be that place: another one goes.
        assert numbers(point, of=point) == {"total": None}
        assert numbers(point, of=big)["total"] == 1100
        with scopes_disabled():
            few.staffing = 5
            few.save()
        assert numbers(point, of=few)["total"] == 29

    def test_a_place_whose_smiley_is_hidden_shows_no_other_question(self, point):
        """Nearly all who give a smiley tick reasons: the one total would tell the other."""
        few, big = another(point, staffing=4), another(point)
        add_counts(few, {0: 20, 3: 9})
        add_counts(point, {0: 50, 3: 60})
        add_counts(big, {0: 500, 3: 600})
        for place, number in ((few, 29), (point, 108), (big, 1000)):
            add_counts(place, {-1: number, 0: number}, key="reasons")
        assert numbers(point, "reasons", of=few) == {"total": None}
        assert numbers(point, "reasons", of=point) == {"total": None}
        assert numbers(point, "reasons", of=big)["total"] == 1000

    def test_what_the_filter_leaves_out_is_not_published(self, point):
        add_counts(point, {0: 100})
        add_counts(point, {3: 100}, exclusion=2)
        assert numbers(point)["total"] == 100


def widths(table):
    """What an attacker learns who has every published line and the grand total of a question.

    `table`: (place, answer) → published number or None; returns the width of the interval left to
    each hidden number of a question with one answer each.
    """
    names = list(table)
    places = sorted({place for place, _answer in names})
    index = {name: n for n, name in enumerate(names)}

    def width(target, grand_total):
        equations, values = [], []
        for name, number in table.items():
            if number is not None:
                row = np.zeros(len(names))
                row[index[name]] = 1
                equations.append(row)
                values.append(number)
        for place in places:
            row = np.zeros(len(names))
            for name in names:
                if name[0] == place:
                    row[index[name]] = -1 if name[1] == "total" else 1
            equations.append(row)
            values.append(0)
        row = np.zeros(len(names))
        for place in places:
            row[index[place, "total"]] = 1
        equations.append(row)
        values.append(grand_total)
        cost = np.zeros(len(names))
        cost[index[target]] = 1
        least = linprog(cost, A_eq=np.array(equations), b_eq=values, bounds=(0, None))
        most = linprog(-cost, A_eq=np.array(equations), b_eq=values, bounds=(0, None))
        return -most.fun - least.fun

    return width


@pytest.mark.parametrize("seed", range(6))
def test_an_attacker_with_every_file_and_the_grand_total_learns_no_small_number(point, seed):
    draw = np.random.default_rng(seed)
    places = [point, *(another(point, staffing=int(draw.integers(3, 8))) for _n in range(4))]
    truth = {}
    for place in places:
        cells = {a: int(draw.choice([0, 1, 2, 4, 6, 15, 60])) for a in range(4)}
        add_counts(place, {a: n for a, n in cells.items() if n})
        truth |= {(place.code, str(a)): n for a, n in cells.items()}
        truth[place.code, "total"] = sum(cells.values())
    grand_total = sum(n for (_place, answer), n in truth.items() if answer == "total")
    published = {
        (line["point_code"], line["reponse"]): line["nombre"]
        for line in lines(point)
        if line["question"] == "satisfaction"
    }
    shown_places = {place for place, _answer in published}
    known = {
        (place, answer): published.get((place, answer))
        for place in shown_places
        for answer in ("total", "0", "1", "2", "3")
    }
    width = widths(known)
    for name, number in known.items():
        if number is None and truth[name] > 0:
            assert width(name, grand_total) >= THRESHOLD - 1e-6, (name, truth[name])
    assert not any(n is not None and 0 < n < THRESHOLD for n in known.values())


class TestTime:
    def test_a_month_is_made_ten_days_after_its_end_and_never_changes(self, point):
        add_counts(point, {0: 10, 3: 20})
        body = point.organisation
        assert make_due_months(body, date(2026, 2, 10)) == 0
        assert make_due_months(body, date(2026, 2, 11)) == 1
        with scopes_disabled():
            before = OpenDataMonth.objects.get().lines
        # One late answer: the difference of two downloads would be that person's.
        add_counts(point, {0: 1}, day=date(2026, 1, 6))
        assert make_due_months(body, LATER) == 0
        with scopes_disabled():
            assert OpenDataMonth.objects.get().lines == before

    def test_made_again_it_is_the_same(self, point):
        add_counts(point, {0: 3, 1: 12, 2: 40, 3: 80})
        assert lines(point) == lines(point)

    def test_the_daily_task_adds_to_what_is_public_only(self, point):
        add_counts(point, {0: 10})
        assert make_open_data_months.call() == 0
        publish_open_data_of(point)
        with scopes_disabled():
            OpenDataMonth.objects.all().delete()
        assert make_open_data_months.call() == 1


def publish_open_data_of(point):
    with scope(organisation=[point.organisation_id]):
        return publish_open_data(organisation=point.organisation, by=PersonFactory())


def address(name, point):
    return reverse(f"feedback:{name}", args=[point.organisation_id])


class TestPublic:
    NAMES = ("public_data", "public_csv", "public_package", "public_schema")

    def test_nothing_is_public_before_the_decision_nor_after_its_end(self, point):
        add_counts(point, {0: 10})
        for name in self.NAMES:
            assert Client().get(address(name, point)).status_code == 404
        publish_open_data_of(point)
        for name in self.NAMES:
            assert Client().get(address(name, point)).status_code == 200
        with scope(organisation=[point.organisation_id]):
            withdraw_open_data(organisation=point.organisation, by=PersonFactory())
        for name in self.NAMES:
            assert Client().get(address(name, point)).status_code == 404

    def test_the_file_is_what_its_description_says(self, point):
        add_counts(point, {0: 3, 1: 12, 2: 40, 3: 80})
        publish_open_data_of(point)
        package = Client().get(address("public_package", point)).json()
        assert package["licenses"][0]["name"] == "etalab-2.0"
        [resource] = package["resources"]
        response = Client().get(resource["path"])
        text = b"".join(response.streaming_content).decode(resource["encoding"])
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        fields = resource["schema"]["fields"]
        assert list(rows[0]) == [field["name"] for field in fields]
        for row in rows:
            for field in fields:
                value, limits = row[field["name"]], field.get("constraints", {})
                if limits.get("required"):
                    assert value
                if field["type"] == "integer" and value:
                    assert int(value) >= limits["minimum"]
                if field["type"] == "boolean":
                    assert value in ("true", "false")
                if "enum" in limits:
                    assert value in limits["enum"]
            assert (row["nombre"] == "") == (row["secret"] == "true")
        assert {row["mois"] for row in rows} == {"2026-01"}
        assert {row["point_nom"] for row in rows} == {"'=Accueil"}
        keys = [tuple(row[name] for name in resource["schema"]["primaryKey"]) for row in rows]
        assert len(set(keys)) == len(keys)
        schema = Client().get(address("public_schema", point)).json()
        assert schema == resource["schema"]

    def test_the_page_is_light_and_says_what_is_missing(self, point):
        add_counts(point, {0: 10})
        publish_open_data_of(point)
        response = Client().get(address("public_data", point))
        assert "Licence Ouverte 2.0" in response.text
        assert len(response.content) < 20_000

    def test_an_unknown_body_is_absent(self):
        assert Client().get("/ecoute/donnees-ouvertes/999999999/").status_code == 404
        assert Client().get("/ecoute/donnees-ouvertes/99999999999999999999/").status_code == 404


class TestDecision:
    def coordinator(self, point):
        mandate = MandateFactory(confirmed=True, organisation=point.organisation)
        return sign_in(Client(), mandate.person)

    def test_decided_and_undone_by_the_coordinator(self, point):
        add_counts(point, {0: 10, 3: 50})
        client = self.coordinator(point)
        assert "Aperçu de janvier 2026" in client.get(reverse("feedback:open_data")).text
        assert "Licence Ouverte" in client.get(reverse("feedback:publish_open_data")).text
        done = client.post(reverse("feedback:publish_open_data"), follow=True)
        assert "sont publics" in done.text
        assert address("public_data", point) in done.text
        with scope(organisation=[point.organisation_id]), pytest.raises(Conflict):
            publish_open_data(organisation=point.organisation, by=PersonFactory())
        undone = client.post(reverse("feedback:withdraw_open_data"), follow=True)
        assert "ne sont plus publics" in undone.text
        about = Entry.objects.filter(action__startswith="feedback.open_data").order_by("pk")
        actions = [entry.action for entry in about]
        assert actions == ["feedback.open_data_published", "feedback.open_data_withdrawn"]

    def test_without_an_answer_there_is_nothing_to_publish(self, point):
        with pytest.raises(Refusal, match="aucune réponse"):
            publish_open_data_of(point)

    def test_nothing_new_during_a_pre_electoral_period(self, point):
        add_counts(point, {0: 10})
        publish_open_data_of(point)
        with scopes_disabled():
            OpenDataMonth.objects.all().delete()
            election = Election.objects.create(
                edition=EditionFactory(),
                organisation=point.organisation,
                label="Municipales",
                first_round_on=date(2026, 9, 20),
                last_round_on=date(2026, 9, 27),
            )
        assert make_due_months(point.organisation, LATER) == 0
        assert make_due_months(point.organisation, date(2026, 9, 28)) == 1
        assert election.last_round_on == date(2026, 9, 27)
        with scopes_disabled():
            OpenDataset.objects.all().delete()


def test_an_empty_month_says_nothing(point):
    assert lines(point) == []
    assert json.dumps(lines(point)) == "[]"
