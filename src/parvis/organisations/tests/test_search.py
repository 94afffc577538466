"""What people type finds what they mean, on both databases, and nothing hostile gets through."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parvis.organisations.enums import EpciType, OrganisationKind
from parvis.organisations.models import Organisation
from parvis.organisations.operations import create_simulated_bodies
from parvis.organisations.search_words import question_of, words_of
from parvis.organisations.tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db


def names(text, **options):
    return [body.name for body in Organisation.objects.search(text, **options)]


@pytest.fixture
def town():
    return OrganisationFactory(
        name="Saint-Étienne-d’Œuvre-l’Haÿ", insee_code="2A004", siren="217500016"
    )


@pytest.mark.parametrize(
    "typed",
    [
        "Saint-Étienne-d’Œuvre-l’Haÿ",
        "saint etienne d oeuvre l hay",
        "ST ETIENNE",
        "st-ét",
        "haÿ saint",
        "oeuv",
        "d'Œuvre",
        "mairie de Saint Étienne",
        "2A004",
        "2a004",
        "217 500 016",
        "217\u00a0500\u00a0016",
        "21750001600012",
        "217500",
    ],
)
def test_a_body_is_found_however_it_is_typed(town, typed):
    OrganisationFactory(name="Bourg-Saint-Maurice")
    assert names(typed) == [town.name]


@pytest.mark.parametrize("typed", ["tienne", "saint maurice", "2B004", "217500017", "étienne zzz"])
def test_the_middle_of_a_word_or_a_word_too_many_does_not_match(town, typed):
    assert names(typed) == []


def test_a_feminine_saint_is_not_a_masculine_one():
    OrganisationFactory(name="Sainte-Foy")
    OrganisationFactory(name="Stains")
    assert names("ste foy") == ["Sainte-Foy"]
    assert names("sta") == ["Stains"]


def test_exact_name_first_then_beginnings_then_the_most_populous():
    OrganisationFactory(name="Roche-la-Molière", population=10_000)
    OrganisationFactory(name="Grande Roche", population=900_000)
    OrganisationFactory(name="La Roche", population=12)
    OrganisationFactory(name="Rocheville", population=20_000)
    OrganisationFactory(name="Petite Roche", population=None)
    assert names("la roche") == ["La Roche", "Rocheville", "Roche-la-Molière", "Grande Roche",
                                 "Petite Roche"]  # fmt: skip


def test_a_title_leads_to_its_kind():
    OrganisationFactory(departement=True, name="Rhône", insee_code="69", population=1)
    OrganisationFactory(departement=True, name="Bouches-du-Rhône", insee_code="13", population=9)
    OrganisationFactory(name="Rhône-les-Bains")
    assert names("département du Rhône") == ["Rhône", "Bouches-du-Rhône"]
    assert names("conseil départemental du rhone")[0] == "Rhône"
    assert names("ville du Rhône") == ["Rhône-les-Bains"]


def test_an_epci_is_found_by_the_words_of_its_type():
    OrganisationFactory(epci=True, name="CU de Dunkerque", epci_type=EpciType.URBAN_COMMUNITY)
    assert names("communauté urbaine Dunkerque") == ["CU de Dunkerque"]


def test_a_whole_code_comes_before_the_longer_ones_that_begin_like_it():
    OrganisationFactory(name="Grand-Bourg", siren="200046977", population=1_000_000)
    old = OrganisationFactory(name="Ajaccio", insee_code="2A004", population=10)
    old.index_for_search(codes=["20004"])
    old.save()
    assert names("20004") == ["Ajaccio", "Grand-Bourg"]


def test_simulated_and_real_bodies_are_never_found_together():
    real = OrganisationFactory(name="Valmont")
    [fictitious] = create_simulated_bodies(
        [Organisation(kind=OrganisationKind.COMMUNE, name="Valmont-le-Fictif")]
    )
    assert list(Organisation.objects.search("valmont")) == [real]
    assert list(Organisation.objects.search("valmont", simulated=True)) == [fictitious]


def test_an_ended_body_is_found_only_when_asked_for():
    heir = OrganisationFactory(name="Arboys en Bugey")
    OrganisationFactory(name="Arbignieu", successor=heir)
    OrganisationFactory(name="Arbois", ended_year=2020)
    assert names("arb") == ["Arboys en Bugey"]
    assert sorted(names("arb", ended=True)) == ["Arbignieu", "Arbois", "Arboys en Bugey"]


def test_the_index_follows_every_change_and_deletion():
    body = OrganisationFactory(name="Avant")
    body.name = "Après"
    body.index_for_search()
    body.save()
    assert names("avant") == []
    assert names("apres") == ["Après"]
    body.delete()
    assert names("apres") == []


HOSTILE = [
    "",
    " ",
    '"',
    "'",
    "' OR 1=1 --",
    'a" OR "b',
    "NEAR(a b)",
    "a AND",
    "NOT",
    "search_text : a",
    "^a",
    "a*",
    "(",
    "a & | ! <-> b",
    "a:*",
    "\\",
    "%",
    "_",
    "\x00",
    "a\x00b",
    "🏛️",
    "é" * 10_000,
    "a " * 5_000,
    "1" * 10_000,
    "ﷺ",
    "\ud7ff\uffff",
    "Ⅷ ½ ²",
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_text_finds_nothing_or_something_but_never_fails(town, typed):
    assert names(typed) in ([], [town.name])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_any_text_is_a_question(town, typed):
    assert names(typed) in ([], [town.name])


@given(st.text(max_size=60))
def test_folding_leaves_only_plain_words_and_changes_nothing_twice(text):
    words = words_of(text)
    assert all(word.isascii() and word.isalnum() for word in words)
    assert words_of(" ".join(words)) == words


def test_a_question_is_bounded():
    assert len(question_of("mot " * 1000).words) <= 8


def test_words_that_need_escaping_never_reach_the_database():
    with pytest.raises(ValueError, match="letters a-z"):
        list(Organisation.objects.filter(search_text__has_words=['a" OR "b']))
    with pytest.raises(ValueError, match="at least one"):
        list(Organisation.objects.filter(search_text__has_words=[]))


def test_a_search_reads_the_index():
    """The plan names the index: a rewritten expression would fall back to reading every row."""
    rows = Organisation.objects.filter(search_text__has_words=["saint"])
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        assert "organisation_search_words" in rows.explain()
    else:
        assert "organisations_search VIRTUAL TABLE" in rows.explain()
