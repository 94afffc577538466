"""Reading, refusing, hashing and scoring: known answers on a small grid, one defect at a time."""

import copy
import hashlib
import math

import pytest
import yaml

from parvis.questionnaires.grid_schema import (
    GridError,
    canonical_bytes,
    delay_hours,
    document_mapping,
    is_asked,
    load_grid,
    parse_value,
    read_grid,
    score_delay,
    score_of,
)


def text(words: str) -> dict[str, str]:
    return {"fr": words, "en": words}


def criterion(code: str, kind: str, **entries: object) -> dict[str, object]:
    return {
        "code": code,
        "channel": code.split(".")[0],
        "stage": "access",
        "determinant": "waiting",
        "label": text("Libellé."),
        "help": text("Aide."),
        "kind": kind,
        "weight": 2,
        "not_applicable": False,
        "scored_zero_if_no_answer": True,
        "required": True,
        "source": "choice",
        **entries,
    }


@pytest.fixture
def content() -> dict:
    """A sound grid with one criterion of each kind: 0 yes_no, 1 graded, 2 count, 3, 4 delay."""
    options = [
        {"code": code, "label": text(code), "score": score}
        for code, score in (("bad", 0), ("fair", 50), ("good", 100))
    ]
    return {
        "code": "small",
        "version": 1,
        "title": text("Petite grille"),
        "description": text("Pour les tests."),
        "licence": "EUPL-1.2",
        "sources": [
            {"code": "choice", "name": text("Choix"), "nature": "choice", "reference": text("–")}
        ],
        "criteria": [
            criterion("phone.hold", "yes_no", not_applicable=True),
            criterion("phone.tone", "graded", options=options),
            criterion("phone.rings", "count", bands=[{"up_to": 4, "score": 100}, {"score": 0}]),
            criterion(
                "phone.wait",
                "duration",
                bands=[{"up_to": 1, "score": 100}, {"up_to": 5, "score": 40}, {"score": 0}],
                asked_if={"criterion": "phone.hold", "equals": "yes"},
            ),
            criterion(
                "email.delay",
                "delay",
                **{"from": "sent", "to": "answered"},
                missing_score=0,
                bands=[{"up_to": 40, "score": 100}, {"up_to": 80, "score": 50}, {"score": 0}],
                limit={"value": 5, "unit": "working_days", "label": text("Cinq jours ouvrés")},
            ),
        ],
    }


def test_a_sound_grid_is_read(content):
    document = read_grid(content)
    assert [c.kind for c in document.criteria] == ["yes_no", "graded", "count", "duration", "delay"]
    assert document.of_channel("email")[0].limit.working_hours == 40
    assert document.criterion("phone.rings").bands[-1].up_to is None
    with pytest.raises(KeyError):
        document.criterion("phone.absent")


def entry(number: int, key: str, value: object):
    """A change that gives another value to one entry of one criterion."""

    def change(content: dict) -> None:
        content["criteria"][number][key] = value

    return change


def without(*path: object):
    """A change that takes an entry out."""

    def change(content: dict) -> None:
        for step in path[:-1]:
            content = content[step]
        del content[path[-1]]

    return change


def duplicate_criterion(content: dict) -> None:
    content["criteria"].append(copy.deepcopy(content["criteria"][0]))


def options(*scores: float, codes: tuple[str, ...] = ("a", "b", "c", "d", "e")):
    return [
        {"code": code, "label": text(code), "score": score}
        for code, score in zip(codes, scores, strict=False)
    ]


def bands(*pairs: tuple[float | None, float]):
    return [
        {"score": score} if bound is None else {"up_to": bound, "score": score}
        for bound, score in pairs
    ]


def limit(value: float, unit: str):
    return {"value": value, "unit": unit, "label": text("Limite")}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (duplicate_criterion, "critère phone.hold : ce code est donné plusieurs fois"),
        (
            lambda c: c["sources"].append(copy.deepcopy(c["sources"][0])),
            "source choice : ce code est donné plusieurs fois",
        ),
        (lambda c: c["sources"][0].update(nature="rumour"), "nature inconnue « rumour »"),
        (lambda c: c.update(version=0), "la version est un entier à partir de 1"),
        (lambda c: c.update(version="un"), "« version » doit être un nombre entier"),
        (lambda c: c.update(criteria=[]), "aucun critère"),
        (lambda c: c.update(criteria="beaucoup"), "« criteria » doit être une liste"),
        (lambda c: c.update(author="quelqu’un"), "entrée inconnue « author »"),
        (entry(0, "channel", "fax"), "canal inconnu « fax »"),
        (entry(0, "stage", "exit"), "étape du parcours inconnue « exit »"),
        (entry(0, "determinant", "luck"), "déterminant inconnu « luck »"),
        (entry(0, "kind", "maybe"), "nature de critère inconnue « maybe »"),
        (entry(0, "source", "hearsay"), "source inconnue « hearsay »"),
        (entry(0, "code", "email.hold"), "le code doit commencer par le canal"),
        (entry(0, "code", "Phone hold"), "le code s’écrit « canal.nom »"),
        (entry(0, "weight", 0), "le poids doit être un nombre positif"),
        (entry(0, "weight", -1), "le poids doit être un nombre positif"),
        (entry(0, "weight", math.nan), "le poids doit être un nombre positif"),
        (entry(0, "weight", "lourd"), "« weight » doit être un nombre"),
        (entry(0, "weight", True), "« weight » doit être un nombre"),
        (entry(0, "required", "oui"), "« required » doit être « true » ou « false »"),
        (entry(0, "weigth", 3), "critère phone.hold : entrée inconnue « weigth »"),
        (entry(0, "bands", bands((1, 100), (None, 0))), "entrée inconnue « bands »"),
        (entry(0, "label", "Libellé"), "des entrées « clé : valeur » sont attendues"),
        (without("criteria", 0, "help"), "critère phone.hold : il manque « help »"),
        (without("criteria", 0, "label", "en"), "phone.hold, label : il manque « en »"),
        (entry(0, "label", {"fr": " ", "en": "x"}), "« fr » doit être un texte non vide"),
        (without("criteria", 1, "options"), "phone.tone : il manque « options »"),
        (entry(1, "options", options(0, 100)), "trois ou quatre réponses"),
        (entry(1, "options", options(0, 30, 60, 80, 100)), "trois ou quatre réponses"),
        (entry(1, "options", options(0, 50, 101)), "la note d’une réponse va de 0 à 100"),
        (entry(1, "options", options(-1, 50, 100)), "la note d’une réponse va de 0 à 100"),
        (entry(1, "options", options(0, 60, 50)), "de la moins bonne à la meilleure"),
        (entry(1, "options", options(10, 50, 100)), "la première réponse vaut 0"),
        (
            entry(1, "options", options(0, 50, 100, codes=("a", "a", "b"))),
            "deux réponses ont le même code",
        ),
        (
            entry(1, "options", options(0, 50, 100, codes=("a", "na", "b"))),
            "code de réponse impossible « na »",
        ),
        (entry(2, "bands", bands((4, 100), (4, 50), (None, 0))), "doivent être croissantes"),
        (entry(2, "bands", bands((6, 100), (4, 50), (None, 0))), "doivent être croissantes"),
        (entry(2, "bands", bands((-1, 100), (None, 0))), "nombre positif ou nul"),
        (entry(2, "bands", bands((4, 100), (9, 0))), "la dernière tranche n’a pas de borne"),
        (entry(2, "bands", bands((None, 100), (None, 0))), "seule la dernière tranche"),
        (entry(2, "bands", bands((None, 100))), "au moins deux tranches"),
        (entry(2, "bands", bands((4, 120), (None, 0))), "la note d’une tranche va de 0 à 100"),
        (entry(3, "bands", bands((1, 50), (None, 80))), "une attente plus longue"),
        (entry(4, "from", "dreamt"), "évènement de départ inconnu « dreamt »"),
        (entry(4, "to", "forgotten"), "évènement d’arrivée inconnu « forgotten »"),
        (entry(4, "missing_score", 101), "en l’absence d’évènement va de 0 à 100"),
        (without("criteria", 4, "missing_score"), "il manque « missing_score »"),
        (entry(4, "limit", limit(3, "working_days")), "24 heures ouvrées : aucune tranche"),
        (entry(4, "limit", limit(5, "rings")), "se compte en temps ouvré"),
        (entry(4, "limit", limit(0, "working_days")), "la limite doit être un nombre positif"),
        (entry(2, "limit", limit(5, "furlongs")), "unité de limite inconnue « furlongs »"),
        (
            entry(3, "asked_if", {"criterion": "phone.none", "equals": "yes"}),
            "critère inconnu « phone.none »",
        ),
        (
            entry(1, "asked_if", {"criterion": "phone.rings", "equals": "3"}),
            "dépend de « phone.rings », qui n’est posé qu’après",
        ),
        (
            entry(1, "asked_if", {"criterion": "phone.tone", "equals": "bad"}),
            "dépend de « phone.tone », qui n’est posé qu’après",
        ),
        (
            entry(4, "asked_if", {"criterion": "phone.hold", "equals": "yes"}),
            "qui relève d’un autre canal",
        ),
        (
            entry(3, "asked_if", {"criterion": "phone.hold", "equals": "perhaps"}),
            "« perhaps » n’est pas une réponse possible à « phone.hold »",
        ),
        (
            entry(3, "asked_if", {"criterion": "phone.hold", "equals": True}),
            "« equals » doit être un texte non vide",
        ),
    ],
)
def test_a_defect_is_named(content, change, message):
    change(content)
    with pytest.raises(GridError) as refusal:
        load_grid(yaml.safe_dump(content, allow_unicode=True))
    # The messages hold the non-breaking spaces of French typography.
    assert message in str(refusal.value).replace("\u00a0", " ")


def test_all_the_defects_are_named_at_once(content):
    content["criteria"][0]["weight"] = 0
    content["criteria"][1]["options"] = options(0, 100)
    content["criteria"][2]["source"] = "hearsay"
    with pytest.raises(GridError) as refusal:
        read_grid(content)
    assert [message.split("\u00a0:")[0] for message in refusal.value.messages] == [
        "phone.hold",
        "phone.tone",
        "phone.rings",
    ]


@pytest.mark.parametrize("source", ["", "[", "- 1\n- 2", "key: [unclosed", "x" * 1_500_001])
def test_a_text_that_is_no_grid_is_refused(source):
    with pytest.raises(GridError):
        load_grid(source)


@pytest.mark.parametrize("opening", ["[", "- ", "{a: "])
def test_a_bottomless_text_is_refused_and_does_not_crash(opening):
    # Without a bound on depth the C loader overflows its stack and takes the process with it.
    with pytest.raises(GridError, match="trop de niveaux"):
        load_grid(opening * 100_000)


def test_a_missing_translation_is_reported_once(content):
    del content["title"]
    with pytest.raises(GridError) as refusal:
        read_grid(content)
    assert len(refusal.value.messages) == 1


def test_yaml_may_not_build_objects():
    with pytest.raises(GridError):
        load_grid("!!python/object/apply:os.getcwd []")


def test_canonical_bytes_depend_on_the_content_alone(content):
    document = read_grid(content)
    laid_out_otherwise = "# A comment.\n" + yaml.safe_dump(
        dict(reversed(content.items())), allow_unicode=True, default_flow_style=True
    )
    content["criteria"][0]["weight"] = 2.0
    assert canonical_bytes(load_grid(laid_out_otherwise)) == canonical_bytes(document)
    assert canonical_bytes(read_grid(content)) == canonical_bytes(document)
    content["criteria"][0]["weight"] = 3
    assert canonical_bytes(read_grid(content)) != canonical_bytes(document)


def test_canonical_bytes_keep_their_known_fingerprint(content):
    # A change here makes every stored grid look altered: it needs a new format, not a new figure.
    fingerprint = hashlib.sha256(canonical_bytes(read_grid(content))).hexdigest()
    assert fingerprint == "05117272b6b6c3ced53d547aee2b30923200d5d445988863bafc95bb5e327acf"


def test_a_grid_survives_the_way_to_storage_and_back(content):
    content["criteria"][4]["missing_score"] = None
    document = read_grid(content)
    assert load_grid(canonical_bytes(document).decode()) == document
    assert read_grid(document_mapping(document)) == document


@pytest.mark.parametrize(
    ("code", "raw", "stored", "score"),
    [
        ("phone.hold", "yes", "yes", 100),
        ("phone.hold", " no ", "no", 0),
        ("phone.hold", "na", "na", None),
        ("phone.tone", "fair", "fair", 50),
        ("phone.rings", "0", "0", 100),
        ("phone.rings", "04", "4", 100),
        ("phone.rings", "5", "5", 0),
        ("phone.rings", "999", "999", 0),
        ("phone.wait", "1", "1", 100),
        ("phone.wait", "2", "2", 40),
        ("phone.wait", "600", "600", 0),
    ],
)
def test_an_answer_is_stored_and_scored(content, code, raw, stored, score):
    asked = read_grid(content).criterion(code)
    assert parse_value(asked, raw) == stored
    assert score_of(asked, raw) == score


@pytest.mark.parametrize(
    ("code", "raw", "message"),
    [
        ("phone.hold", "oui", "Répondez par oui ou par non"),
        ("phone.hold", "", "Répondez par oui ou par non"),
        ("phone.tone", "excellent", "l’une des réponses proposées"),
        ("phone.tone", "na", "Sans objet.+ n’est pas possible"),
        ("phone.rings", "-1", "un nombre entier"),
        ("phone.rings", "2,5", "un nombre entier"),
        ("phone.rings", "٣", "un nombre entier"),
        ("phone.rings", "1000", "un nombre de 0 à 999"),
        ("phone.wait", "601", "une durée de 0 à 600 minutes"),
        ("email.delay", "3", "il ne se saisit pas"),
    ],
)
def test_an_impossible_answer_is_refused(content, code, raw, message):
    asked = read_grid(content).criterion(code)
    for function in (parse_value, score_of):
        with pytest.raises(ValueError, match=message) as refusal:
            function(asked, raw)
        assert not isinstance(refusal.value, GridError)


@pytest.mark.parametrize(
    ("hours", "score"), [(0, 100), (40, 100), (40.01, 50), (80, 50), (81, 0), (None, 0)]
)
def test_a_delay_is_scored_by_bands(content, hours, score):
    assert score_delay(read_grid(content).criterion("email.delay"), hours) == score


def test_a_missing_event_may_be_not_applicable(content):
    content["criteria"][4]["missing_score"] = None
    assert score_delay(read_grid(content).criterion("email.delay"), None) is None


@pytest.mark.parametrize("hours", [-1, math.nan, math.inf])
def test_an_impossible_delay_is_refused(content, hours):
    with pytest.raises(ValueError, match="heures ouvrées"):
        score_delay(read_grid(content).criterion("email.delay"), hours)


def test_only_a_delay_is_scored_as_one(content):
    with pytest.raises(ValueError, match="pas un délai"):
        score_delay(read_grid(content).criterion("phone.rings"), 3)


@pytest.mark.parametrize(
    ("end", "acknowledged", "answered", "expected"),
    [
        ("acknowledged", 2, 30, 2),
        ("acknowledged", None, 30, None),
        ("answered", 2, 30, 30),
        ("answered", 2, None, None),
        ("acknowledged_or_answered", 2, 30, 2),
        ("acknowledged_or_answered", None, 30, 30),
        ("acknowledged_or_answered", 50, 30, 30),
        ("acknowledged_or_answered", None, None, None),
    ],
)
def test_which_event_ends_a_delay(content, end, acknowledged, answered, expected):
    content["criteria"][4]["to"] = end
    delay = read_grid(content).criterion("email.delay")
    hours = delay_hours(delay, acknowledged_hours=acknowledged, answered_hours=answered)
    assert hours == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [({"phone.hold": "yes"}, True), ({"phone.hold": "no"}, False), ({}, False)],
)
def test_a_condition_decides_what_is_asked(content, values, expected):
    document = read_grid(content)
    assert is_asked(document.criterion("phone.wait"), values) is expected
    assert is_asked(document.criterion("phone.rings"), values) is True


def test_texts_follow_the_language(content):
    content["title"] = {"fr": "Grille", "en": "Grid"}
    title = read_grid(content).title
    assert [title.in_language(code) for code in ("fr", "en", "en-gb", "de")] == [
        "Grille",
        "Grid",
        "Grid",
        "Grille",
    ]
