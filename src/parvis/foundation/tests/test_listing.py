"""Lists: what the address may ask for, what it may not, and the same queries at any length."""

from __future__ import annotations

import csv
import datetime
import io
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.http import FileResponse, HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone, translation
from django.utils.html import escape

from parvis.foundation.listing import (
    BooleanFilter,
    ChoiceFilter,
    Column,
    DateFilter,
    Listing,
    TextFilter,
)

Person = get_user_model()
pytestmark = pytest.mark.django_db


class People(Listing):
    columns = (
        Column("nom", "Nom", value="display_name", order=("display_name",)),
        Column(
            "courriel", "Courriel", value="email", order=("email",), link=lambda p: f"/p/{p.pk}"
        ),
        Column("arrivee", "Arrivée", value="joined_at", order=("-joined_at",)),
        Column(
            "actif",
            "Actif",
            value=lambda person: "Actif" if person.is_active else "Parti",
            pill=lambda person: "good" if person.is_active else "bad",
        ),
    )
    filters = (
        ChoiceFilter(
            "langue", "Langue", "language", choices=[("fr", "Français"), ("en", "Anglais")]
        ),
        ChoiceFilter(
            "age",
            "Ancienneté",
            choices=[("ancien", "Ancien")],
            conditions=lambda value: Q(joined_at__year__lt=2020),
        ),
        BooleanFilter("actif", "Actif", "is_active"),
        DateFilter("depuis", "Arrivé depuis", "joined_at__date__gte"),
        TextFilter("debut", "Début du courriel", "email__startswith"),
    )
    search_fields = ("display_name", "email")
    default_sort = "nom"
    caption = "Personnes"
    export_name = "personnes"
    empty_title = "Personne encore"


def person(name: str, **fields: Any) -> Any:
    return Person.objects.create(email=f"{name.lower()}@exemple.fr", display_name=name, **fields)


def listing(address: str = "/", kind: type[Listing] = People) -> Listing:
    return kind(RequestFactory().get(address), Person.objects.all())


def names(found: Listing) -> list[str]:
    return [row.display_name for row in found.page]


def page(address: str = "/") -> str:
    return render_to_string("foundation/listing.html", {"listing": listing(address)})


class MadeUpPeople(People):
    simulated = "is_active"


def test_a_page_that_shows_a_made_up_row_says_so_without_another_query(
    django_assert_num_queries: Any,
) -> None:
    person("Ada", is_active=False)
    with django_assert_num_queries(2):
        shown = listing("/", MadeUpPeople)
        assert list(shown.lines())
        assert not shown.is_simulated
    person("Bob")
    assert listing("/", MadeUpPeople).is_simulated
    assert not listing("/?actif=non", MadeUpPeople).is_simulated
    assert not listing("/").is_simulated


def test_each_filter_narrows_the_rows() -> None:
    person("Ada")
    person("Bob", language="en", is_active=False)
    person("Cléo", joined_at=datetime.datetime(2019, 5, 1, tzinfo=datetime.UTC))

    assert names(listing("/?langue=en")) == ["Bob"]
    assert names(listing("/?actif=non")) == ["Bob"]
    assert names(listing("/?actif=oui")) == ["Ada", "Cléo"]
    assert names(listing("/?age=ancien")) == ["Cléo"]
    assert names(listing("/?depuis=2020-01-01")) == ["Ada", "Bob"]
    assert names(listing("/?debut=ada")) == ["Ada"]
    assert names(listing("/?langue=fr&actif=oui&debut=c")) == ["Cléo"]


def test_every_word_of_the_search_must_be_found() -> None:
    person("Ada Lovelace")
    person("Ada Byron")

    assert names(listing("/?q=ada+love")) == ["Ada Lovelace"]
    assert names(listing("/?q=++ADA++")) == ["Ada Byron", "Ada Lovelace"]
    assert names(listing("/?q=ada+zzz")) == []


def test_rows_sort_both_ways_and_say_so() -> None:
    person("Ada", joined_at=timezone.now() - datetime.timedelta(days=9))
    person("Bob", joined_at=timezone.now())

    assert names(listing()) == ["Ada", "Bob"]
    assert names(listing("/?tri=-nom")) == ["Bob", "Ada"]
    assert names(listing("/?tri=arrivee")) == ["Bob", "Ada"]
    assert names(listing("/?tri=-arrivee")) == ["Ada", "Bob"]
    html = page("/?tri=-nom")
    assert html.count("aria-sort") == 1
    assert 'aria-sort="descending"' in html
    assert 'aria-sort="ascending"' in page()


@pytest.mark.parametrize(
    "address",
    [
        "/?tri=password",
        "/?tri=actif",
        "/?tri=nom__id",
        "/?tri=--nom",
        "/?langue=xx",
        "/?langue=fr%27%20OR%201=1",
        "/?actif=True",
        "/?depuis=2026-13-45",
        "/?depuis=hier",
        "/?debut=%C2%AD",
        f"/?debut={'x' * 200}",
        f"/?q={'x' * 5000}",
    ],
)
def test_a_value_that_is_not_offered_is_left_out_and_said(address: str) -> None:
    person("Ada")

    found = listing(address)

    assert len(found.notices) == 1
    assert 'class="notice notice-warn"' in page(address)
    if "q=" not in address:
        assert names(found) == ["Ada"]


@pytest.mark.parametrize("value", ["abc", "0", "-1", "9999999", "1e9", "%00", "%F0%9F%92%A9", ""])
def test_a_strange_page_number_shows_a_page(value: str) -> None:
    person("Ada")

    assert names(listing(f"/?page={value}")) == ["Ada"]


@pytest.mark.parametrize("address", ["/?password=x", "/?email__contains=a", "/?q=%00", "/?q=%25_"])
def test_what_is_not_declared_never_reaches_the_database(address: str) -> None:
    person("Ada")

    found = listing(address)

    assert found.notices == []
    assert "password" not in str(found.rows.query.where)
    assert names(found) == ([] if "%25" in address else ["Ada"])


def test_pages_of_fifty_keep_the_filters_and_miss_nobody() -> None:
    Person.objects.bulk_create(
        Person(email=f"p{i}@exemple.fr", display_name="Même nom") for i in range(120)
    )
    person("Autre", language="en")

    seen: set[int] = set()
    for number in (1, 2, 3):
        found = listing(f"/?langue=fr&page={number}")
        seen |= {row.pk for row in found.page}
    assert len(seen) == 120
    first = listing("/?langue=fr&tri=-nom")
    assert first.count == 120
    assert first.previous_url == ""
    assert first.next_url == "?langue=fr&tri=-nom&page=2"
    assert len(first.page) == 50


def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(
    django_assert_num_queries: Any,
) -> None:
    person("Ada")
    with django_assert_num_queries(2):
        page("/?langue=fr&q=a")
    Person.objects.bulk_create(
        Person(email=f"p{i}@exemple.fr", display_name=f"Ada {i}") for i in range(60)
    )
    with django_assert_num_queries(2):
        page("/?langue=fr&q=a")


def test_cells_are_escaped_and_linked() -> None:
    row = person("<b>Ada</b>")

    html = page()

    assert "<b>Ada" not in html
    assert "&lt;b&gt;Ada" in html
    assert f'<a href="/p/{row.pk}">' in html
    assert '<span class="pill pill-good">Actif</span>' in html


def test_what_was_typed_comes_back_escaped() -> None:
    hostile = '"><script>alert(1)</script>'

    html = page(f"/?q={hostile}&debut={hostile}&langue={hostile}")

    assert "<script>" not in html
    assert escape(hostile) in html


def test_an_empty_list_teaches_and_a_narrow_one_offers_the_way_back() -> None:
    assert "Personne encore" in page()
    person("Ada")
    html = page("/?q=zzz")
    assert "Aucun résultat pour ces critères" in html
    assert 'href="/"' in html


def export(address: str) -> list[list[str]]:
    request = RequestFactory().get(address)
    answer = People(request, Person.objects.all()).respond("never.html")
    assert isinstance(answer, FileResponse)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="personnes.csv"' in answer["Content-Disposition"]
    content = b"".join(answer)
    answer.close()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_the_export_holds_every_row_found_in_the_order_asked() -> None:
    Person.objects.bulk_create(
        Person(email=f"p{i:03}@exemple.fr", display_name=f"P{i:03}") for i in range(70)
    )
    person("Autre", language="en")

    lines = export("/?langue=fr&tri=-nom&page=2&format=csv")

    assert lines[0] == ["Nom", "Courriel", "Arrivée", "Actif"]
    assert [line[0] for line in lines[1:]] == [f"P{i:03}" for i in reversed(range(70))]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " \n="])
def test_no_cell_of_the_export_is_a_formula(start: str) -> None:
    Person.objects.create(email="x@exemple.fr", display_name=f"{start}cmd|' /C calc'!A0")

    cell = export("/?format=csv")[1][0]

    assert cell.startswith("'")


def test_the_export_is_read_before_the_answer_starts(django_assert_num_queries: Any) -> None:
    person("Ada")
    request: HttpRequest = RequestFactory().get("/?format=csv")
    answer = People(request, Person.objects.all()).respond("never.html")

    with django_assert_num_queries(0):
        assert b"Ada" in b"".join(answer)
    answer.close()


def test_numbers_and_dates_follow_the_language_of_the_reader() -> None:
    column = Column("n", "N", value=lambda row: 1234.56, numeric=True, unit="pts")
    with translation.override("fr"):
        assert column.html(Person()) == "1\u00a0234,6\u00a0pts"
    with translation.override("en"):
        assert column.html(Person()) == "1,234.6\u00a0pts"


def test_a_filter_cannot_take_the_name_of_a_parameter_of_the_list() -> None:
    with pytest.raises(ValueError, match="tri"):
        People(
            RequestFactory().get("/"),
            Person.objects.all(),
            filters=[TextFilter("tri", "Tri", "email")],
        )
