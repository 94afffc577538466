"""Loading the geography of a year, then that of a later one: nothing that was is lost."""

import json
from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from parvis.foundation.errors import Conflict, Refusal
from parvis.journal.models import Entry
from parvis.organisations.geography import read_geography, shipped_file, shipped_years
from parvis.organisations.models import FormerName, Membership, Organisation, PostalCode
from parvis.organisations.operations import load_directory
from parvis.organisations.tests.factories import SiteFactory, siren_number

pytestmark = pytest.mark.django_db

LOIN, PRES, GRAND, AUTRE = (siren_number(n) for n in (1, 2, 3, 4))
CC_VIEILLE, CC_NEUVE = siren_number(5), siren_number(6)


def commune(code, name, siren, people, postal_codes, former_codes=()):
    return [code, name, "01", "84", siren, people, list(postal_codes), list(former_codes)]


def year_2030():
    return {
        "year": 2030,
        "source": "essai",
        "regions": [["84", "Auvergne-Rhône-Alpes", 4_000]],
        "departements": [["01", "Ain", "84", 4_000]],
        "collectivities": [["988", "Nouvelle-Calédonie", 270_000]],
        "communes": [
            commune("01001", "Bourg-Loin", LOIN, 1_000, ["01400"]),
            commune("01002", "Bourg-Près", PRES, 500, ["01400", "01410"]),
            commune("01003", "Châtillon", GRAND, 1_990, ["01420"]),
            commune("01004", "Île-Seule", None, None, []),
            commune("20005", "Vieux-Code", AUTRE, 300, ["20000"]),
        ],
        "former_communes": [
            ["01900", "Hameau-Jadis", "01", "84", "01003"],
            ["01003", "Châtillon-Centre", "01", "84", "01003"],
        ],
        "epci": [
            [CC_VIEILLE, "CC des Bourgs", "CC", "01", "84", 3_490, ["01001", "01002", "01003"]]
        ],
    }


def year_2031():
    later = year_2030()
    later["year"] = 2031
    later["communes"] = [
        # Bourg-Près has joined Bourg-Loin; Châtillon has a new name and grew past 2,000; a
        # commune changed département, hence code, and kept its SIREN.
        commune("01001", "Bourg-Loin", LOIN, 1_500, ["01400", "01410"], ["01002"]),
        commune("01003", "Châtillon-sur-Ain", GRAND, 2_010, ["01421"]),
        commune("01004", "Île-Seule", None, None, []),
        commune("2A005", "Vieux-Code", AUTRE, 300, ["20000"], ["20005"]),
    ]
    later["epci"] = [[CC_NEUVE, "CA du Val", "CA", "01", "84", 3_510, ["01001", "01003"]]]
    return later


@pytest.fixture
def load(tmp_path):
    def load(geography):
        path = tmp_path / f"{geography['year']}.json"
        path.write_text(json.dumps(geography), encoding="utf-8")
        return load_directory(by=None, file=path)

    return load


def body(code):
    return Organisation.objects.get(insee_code=code)


def state():
    """Every row the loading writes, without the numbers."""
    return [
        sorted(map(str, model.objects.values_list(*columns)))
        for model, columns in [
            (Organisation, ("kind", "name", "insee_code", "siren", "population", "ended_year",
                            "vintage", "successor__insee_code", "search_name", "search_text")),
            (PostalCode, ("organisation__insee_code", "code")),
            (FormerName, ("organisation__insee_code", "name", "until_year")),
            (Membership, ("epci__siren", "commune__insee_code", "since_year", "until_year")),
        ]
    ]  # fmt: skip


def found(text):
    return [body.name for body in Organisation.objects.search(text)]


class TestFirstLoading:
    def test_everything_is_there(self, load):
        changes = load(year_2030())
        assert changes.created == 10
        assert changes.memberships_begun == 3
        kinds = Counter(Organisation.objects.current().values_list("kind", flat=True))
        assert kinds == {"commune": 5, "epci": 1, "departement": 1, "region": 1, "other": 1}
        loin = body("01001")
        assert (loin.siren, loin.population, loin.vintage) == (LOIN, 1_000, 2030)
        assert (loin.departement_code, loin.region_code) == ("01", "84")
        assert body("01004").population is None

    def test_a_former_commune_is_kept_and_leads_to_its_successor(self, load):
        load(year_2030())
        former = body("01900")
        assert former.successor == body("01003")
        assert former.ended_year is None
        assert not former.is_current
        assert found("hameau jadis") == ["Châtillon"]
        assert found("01900") == ["Châtillon"]

    def test_a_seat_that_kept_its_code_becomes_a_former_name(self, load):
        load(year_2030())
        [former] = body("01003").former_names.all()
        assert (former.name, former.until_year) == ("Châtillon-Centre", None)
        assert found("chatillon centre") == ["Châtillon"]

    def test_bodies_are_found_by_postal_code(self, load):
        load(year_2030())
        assert found("01400") == ["Bourg-Loin", "Bourg-Près"]
        assert found("01410") == ["Bourg-Près"]

    def test_loading_again_changes_nothing(self, load):
        load(year_2030())
        before, entries = state(), Entry.objects.count()
        assert not load(year_2030())
        assert state() == before
        assert Entry.objects.count() == entries

    def test_the_journal_says_what_changed(self, load):
        load(year_2030())
        entry = Entry.objects.get(action="directory.loaded")
        assert entry.details["year"] == 2030
        assert entry.details["created"] == 10
        assert entry.details["source"] == "essai"


class TestLaterYear:
    def test_every_body_keeps_its_number_and_what_refers_to_it(self, load):
        load(year_2030())
        numbers = dict(Organisation.objects.values_list("insee_code", "pk"))
        site = SiteFactory(organisation=body("01002"))
        load(year_2031())
        after = dict(Organisation.objects.values_list("insee_code", "pk"))
        moved = numbers.pop("20005")
        numbers.pop("")
        assert after["2A005"] == moved
        assert {code: after[code] for code in numbers} == numbers
        site.refresh_from_db()
        assert site.organisation == body("01002")

    def test_a_merged_commune_ends_with_its_successor(self, load):
        load(year_2030())
        changes = load(year_2031())
        merged = body("01002")
        assert (merged.ended_year, merged.successor) == (2031, body("01001"))
        assert merged.vintage == 2030
        assert changes.ended == 2
        assert found("bourg près") == ["Bourg-Loin"]
        assert found(PRES) == ["Bourg-Loin"]

    def test_a_renamed_commune_is_found_by_both_names(self, load):
        load(year_2030())
        assert load(year_2031()).renamed == 1
        renamed = body("01003")
        assert renamed.name == "Châtillon-sur-Ain"
        former = renamed.former_names.get(name="Châtillon")
        assert former.until_year == 2031
        assert found("chatillon sur ain") == ["Châtillon-sur-Ain"]
        assert found("chatillon centre") == ["Châtillon-sur-Ain"]
        assert renamed.population == 2_010

    def test_postal_codes_follow(self, load):
        load(year_2030())
        load(year_2031())
        assert found("01410") == ["Bourg-Loin"]
        assert found("01421") == ["Châtillon-sur-Ain"]
        assert found("01420") == []

    def test_a_code_that_changed_is_still_found(self, load):
        load(year_2030())
        load(year_2031())
        assert found("20005") == ["Vieux-Code"]
        assert found("2a005") == ["Vieux-Code"]

    def test_memberships_keep_their_years(self, load):
        load(year_2030())
        changes = load(year_2031())
        assert (changes.memberships_begun, changes.memberships_ended) == (2, 3)
        rows = set(
            Membership.objects.values_list(
                "epci__siren", "commune__insee_code", "since_year", "until_year"
            )
        )
        assert rows == {
            (CC_VIEILLE, "01001", 2030, 2031),
            (CC_VIEILLE, "01002", 2030, 2031),
            (CC_VIEILLE, "01003", 2030, 2031),
            (CC_NEUVE, "01001", 2031, None),
            (CC_NEUVE, "01003", 2031, None),
        }

    def test_an_epci_whose_communes_all_joined_another_has_it_as_successor(self, load):
        load(year_2030())
        load(year_2031())
        old = Organisation.objects.get(siren=CC_VIEILLE)
        assert old.ended_year == 2031
        assert old.successor == Organisation.objects.get(siren=CC_NEUVE)

    def test_an_epci_split_in_two_has_no_successor(self, load):
        load(year_2030())
        split = year_2031()
        other = [siren_number(7), "CC d’à côté", "CC", "01", "84", 10, ["01003"]]
        split["epci"][0][-1] = ["01001"]
        split["epci"].append(other)
        load(split)
        old = Organisation.objects.get(siren=CC_VIEILLE)
        assert (old.ended_year, old.successor) == (2031, None)

    def test_a_commune_that_comes_back_is_current_again(self, load):
        load(year_2030())
        load(year_2031())
        back = year_2030() | {"year": 2032}
        load(back)
        assert body("01002").is_current
        assert found("bourg près") == ["Bourg-Près"]

    def test_loading_the_later_year_again_changes_nothing(self, load):
        load(year_2030())
        load(year_2031())
        before = state()
        assert not load(year_2031())
        assert state() == before

    def test_an_older_year_is_refused(self, load):
        load(year_2031())
        before = state()
        with pytest.raises(Conflict, match="2031 est déjà chargé"):
            load(year_2030())
        assert state() == before


@pytest.mark.parametrize(
    "spoil",
    [
        lambda g: g.pop("communes"),
        lambda g: g["communes"].append(g["communes"][0]),
        lambda g: g["epci"][0][-1].append("99999"),
        lambda g: g["former_communes"].append(["1", "x", "01", "84", "99999"]),
        lambda g: g["epci"][0].__setitem__(2, "XX"),
        lambda g: g["communes"][0].pop(),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_whole(load, spoil):
    geography = year_2030()
    spoil(geography)
    with pytest.raises(Refusal, match="n’est pas un annuaire"):
        load(geography)
    assert not Organisation.objects.exists()


def test_a_damaged_or_missing_file_is_refused(tmp_path):
    path = tmp_path / "x.json.xz"
    with pytest.raises(Refusal, match="ne peut pas être lu"):
        load_directory(by=None, file=path)
    path.write_bytes(b"\xfd7zXZ rien")
    with pytest.raises(Refusal, match="n’est pas un annuaire"):
        load_directory(by=None, file=path)


def test_the_command_says_which_years_it_has():
    with pytest.raises(CommandError, match="2026"):
        call_command("load_directory", year=1999)


class TestShippedFile:
    """The real directory, as the package holds it."""

    def test_counts_of_the_source(self):
        geography = read_geography(shipped_file(shipped_years()[-1]))
        assert geography.year == 2026
        assert Counter(body.kind.value for body in geography.bodies) == {
            "commune": 34_969,
            "epci": 1_255,
            "departement": 101,
            "region": 18,
            "other": 4,
        }
        assert len(geography.former_communes) == 2_576
        assert sum(map(len, geography.members.values())) == 34_871
        paris = next(body for body in geography.bodies if body.insee_code == "75056")
        assert len(paris.postal_codes) == 21
        assert paris.siren == "217500016"
        districts = {f"132{n:02d}" for n in range(1, 17)} | {f"751{n:02d}" for n in range(1, 21)}
        assert not districts & {body.insee_code for body in geography.bodies}
        # The territories of each level hold the same inhabitants.
        people = Counter()
        for item in geography.bodies:
            people[item.kind.value] += item.population or 0
        assert people["commune"] > 68_000_000
        assert people["departement"] == people["region"]
