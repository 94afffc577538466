"""`parvis analyse composite` through `main`: known answers, formats, and every refusal."""

import csv
import io
import json
import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parvis.analyse.cli import main
from parvis.analyse.messages import CATALOGUE, Language, Message
from parvis.statistics.tests.handbook import COUNTRIES, GEOMETRIC_RANKS, INDICATORS, VALUES

SMALL_DATA = "id,speed,price\na,1,10\nb,3,30\nc,5,20\n"
SMALL_CONFIG = """
normalisation: min-max
aggregation: arithmetic
indicators:
  speed: {weight: 3}
  price: {weight: 1, direction: -1}
"""


class Workshop:
    """A folder, and the command run on two files written there."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys

    def write(self, name: str, content: str | bytes) -> str:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    def run(
        self, data: str | bytes = SMALL_DATA, config: str | bytes = SMALL_CONFIG, *options: str
    ) -> tuple[int, str, str]:
        arguments = [self.write("DATA.csv", data), "--config", self.write("C.yaml", config)]
        code = main(["composite", *arguments, *options])
        captured = self.capsys.readouterr()
        return code, captured.out, captured.err

    def items(self, data: str | bytes = SMALL_DATA, config: str = SMALL_CONFIG) -> list[dict]:
        code, output, errors = self.run(data, config, "--format", "json")
        assert (code, errors) == (0, "")
        content = json.loads(output)
        assert list(content) == ["items"]
        assert all(list(item) == ["id", "score", "rank"] for item in content["items"])
        return content["items"]

    def refusal(self, data: str | bytes = SMALL_DATA, config: str | bytes = SMALL_CONFIG) -> str:
        code, output, errors = self.run(data, config, "--format", "json")
        assert code == 2
        assert output == ""
        assert errors.count("\n") == 1
        assert errors.startswith("parvis analyse\u00a0: ")
        return errors.replace("\u00a0", " ")


@pytest.fixture
def workshop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Workshop:
    return Workshop(tmp_path, capsys)


def handbook_csv() -> str:
    rows = [["country", *INDICATORS]]
    rows += [[name, *map(str, row)] for name, row in zip(COUNTRIES, VALUES.tolist(), strict=True)]
    return "\n".join(",".join(row) for row in rows) + "\n"


def handbook_config(normalisation: str, aggregation: str, names: list[str]) -> str:
    lines = [f"normalisation: {normalisation}", f"aggregation: {aggregation}", "indicators:"]
    return "\n".join([*lines, *(f"  {name}: {{weight: 1, direction: 1}}" for name in names)])


def test_handbook_geometric_ranks(workshop: Workshop) -> None:
    items = workshop.items(handbook_csv(), handbook_config("none", "geometric", INDICATORS))
    assert [item["id"] for item in items] == COUNTRIES
    assert [item["rank"] for item in items] == GEOMETRIC_RANKS


@pytest.mark.parametrize(
    ("normalisation", "expected"),
    [
        ("z-score", {"FI": 0.26, "US": 1.52, "SE": 1.14, "KR": 0.76}),
        ("min-max", {"FI": 0.59, "SE": 0.88, "KR": 0.76}),
    ],
)
def test_handbook_schooling(workshop: Workshop, normalisation: str, expected: dict) -> None:
    config = handbook_config(normalisation, "arithmetic", ["schooling"])
    scores = {item["id"]: item["score"] for item in workshop.items(handbook_csv(), config)}
    assert {name: round(scores[name], 2) for name in expected} == expected


def test_small_example_by_hand(workshop: Workshop) -> None:
    assert workshop.items() == [
        {"id": "a", "score": 0.25, "rank": 3},
        {"id": "b", "score": 0.375, "rank": 2},
        {"id": "c", "score": 0.875, "rank": 1},
    ]


def test_goalposts_and_ties(workshop: Workshop) -> None:
    config = "normalisation: goalposts\nindicators: {speed: {goalposts: [2, 4]}}"
    assert workshop.items(config=config) == [
        {"id": "a", "score": 0.0, "rank": 3},
        {"id": "b", "score": 0.5, "rank": 2},
        {"id": "c", "score": 1.0, "rank": 1},
    ]
    tied = workshop.items("id,speed\na,9\nb,8\nc,1\n", config)
    assert [item["rank"] for item in tied] == [1, 1, 3]


def test_formats_agree(workshop: Workshop) -> None:
    items = workshop.items()
    _, as_csv, _ = workshop.run(SMALL_DATA, SMALL_CONFIG, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(as_csv)))
    assert [(row["id"], float(row["score"]), int(row["rank"])) for row in rows] == [
        (item["id"], item["score"], item["rank"]) for item in items
    ]
    _, as_table, _ = workshop.run()
    assert as_table.splitlines() == [
        "rang  id  score",
        "   1  c   0.875",
        "   2  b   0.375",
        "   3  a    0.25",
    ]


def test_scores_keep_their_full_precision(workshop: Workshop) -> None:
    config = "indicators: {x: {weight: 1}}"
    data = "id,x\na,0.1234567890123456\nb,-1.5e-9\nc,123456789.12345679\n"
    expected = [0.1234567890123456, -1.5e-9, 123456789.12345679]
    assert [item["score"] for item in workshop.items(data, config)] == expected
    _, as_csv, _ = workshop.run(data, config, "--format", "csv")
    assert [float(row["score"]) for row in csv.DictReader(io.StringIO(as_csv))] == expected


@pytest.mark.parametrize(
    "data",
    [
        "id;speed;price\na;1,0;10\nb;3;30,00\nc;5;20\n",
        "\ufeffid,speed,price\r\na,1,10\r\nb,3,30\r\nc,5,20\r\n",
        "price,ID,speed\n10,a,1\n30,b,3\n20,c,5\n",
        '"nom, prénom";speed;price\na;1;10\nb;3;30\nc;5;20\n;;\n\n',
        "town,speed,price,comment\na, 1 ,1e1,\nb,+3,30.,x\nc,5,20,y\n",
    ],
    ids=["decimal comma", "BOM and CRLF", "id elsewhere", "quoted comma", "spaces and exponent"],
)
def test_dialects_of_csv(workshop: Workshop, data: str) -> None:
    assert [item["rank"] for item in workshop.items(data)] == [3, 2, 1]


def test_gaps_are_left_out_when_the_configuration_allows_them(workshop: Workshop) -> None:
    config = """
    minimum_coverage: 0.6
    indicators: {speed: {weight: 3}, price: {weight: 1}}
    """
    items = workshop.items("id,speed,price\na,4,\nb,,7\nc,1,9\n", config)
    assert items == [
        {"id": "a", "score": 4.0, "rank": 1},
        {"id": "b", "score": None, "rank": None},
        {"id": "c", "score": 3.0, "rank": 2},
    ]
    _, table, _ = workshop.run("id,speed,price\na,4,\nb,,7\nc,1,9\n", config)
    assert table.splitlines()[-1].split() == ["–", "b", "–"]


def test_identifier_that_looks_like_a_formula_is_defused_in_csv_only(workshop: Workshop) -> None:
    data = "id,speed,price\n=cmd(),1,10\nb,3,30\n"
    assert workshop.items(data)[0]["id"] == "=cmd()"
    _, as_csv, _ = workshop.run(data, SMALL_CONFIG, "--format", "csv")
    assert "'=cmd()" in as_csv


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("", "DATA.csv : ce fichier est vide"),
        (" \n\n", "ce fichier est vide"),
        (",,,\n,,,\n", "ce fichier est vide"),
        (b"id,speed\n\x00\x01", "octet nul"),
        ("id,speed\n".encode("utf-16"), "octet nul"),
        ("id,speed,price\nété,1,2\n".encode("latin-1"), "ligne 2 : ce fichier n’est pas en UTF-8"),
        ("id\na\n", "une colonne"),
        ("id,,price\na,1,2\n", "la colonne 2 n’a pas de nom"),
        ("id,speed,speed\na,1,2\n", "« speed » : deux colonnes portent ce nom"),
        ("id,speed,price\n", "aucune ligne de données"),
        ("id,speed,price\na,1,2\nb,1\n", "ligne 3 : 2 cellules au lieu de 3"),
        ("id,speed,price\n,1,2\n", "ligne 2, « id » : l’identifiant est vide"),
        ("id,speed,price\na,1,2\na,3,4\n", "ligne 3, « id » : l’identifiant « a » est déjà"),
        ('id,speed,price\na,"1,2\n', "mal formé"),
        ("id,speed\na,1\nb,2\n", "« price » : la configuration demande cette colonne"),
        ("speed,price\n1,2\n3,4\n", "« speed » : cette colonne est l’identifiant"),
        ("id,speed,price\na,x,2\n", "ligne 2, « speed » : « x » n’est pas un nombre"),
        ("id,speed,price\na,1_0,2\n", "« 1_0 » n’est pas un nombre"),
        ("id,speed,price\na,٣,2\n", "n’est pas un nombre"),
        ("id;speed;price\na;1.000,5;2\n", "« 1.000,5 » n’est pas un nombre"),
        ('id,speed,price\na,"1,5",2\n', "virgule décimale n’est admise qu’avec"),
        ("id,speed,price\na,NaN,2\n", "« NaN » n’est pas un nombre fini"),
        ("id,speed,price\na,-inf,2\n", "« -inf » n’est pas un nombre fini"),
        ("id,speed,price\na,1e999,2\n", "« 1e999 » n’est pas un nombre fini"),
        ("id,speed,price\na,,2\n", "ligne 2, « speed » : la cellule est vide"),
        ("id,speed,price\na,1,2\nb,1,3\n", "« speed » : toutes les valeurs sont égales"),
        ("id,speed,price\na,1,2\n", "« speed » : il faut au moins deux valeurs"),
        ("id,speed,price\na,1e308,2\nb,-1e308,3\n", "trop grands ou trop petits"),
        ("id,speed,price\na,\x1b[31m,2\n", r"\x1b[31m"),
    ],
)
def test_bad_data_is_refused(workshop: Workshop, data: str | bytes, expected: str) -> None:
    refusal = workshop.refusal(data)
    assert expected in refusal
    assert "DATA.csv" in refusal


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("", "ce fichier est vide"),
        ("# rien\n", "une liste de « clé: valeur » est attendue"),
        ("- a\n- b\n", "une liste de « clé: valeur » est attendue"),
        ("indicators: {a: [", "ligne 1 : ce fichier n’est pas du YAML valide (colonne"),
        ("a: &a [*a, *b]", "YAML valide"),
        ("d: 2024-99-99", "YAML valide"),
        ("[" * 5000, "YAML valide"),
        ("x: !!python/object/apply:os.system ['true']", "YAML valide"),
        ("é: 1".encode("latin-1"), "pas en UTF-8"),
        ("normalisation: none", "« indicators » : cette clé est obligatoire"),
        ("indicators: {}", "« indicators » : donnez au moins un indicateur"),
        ("indicators: [a]", "« indicators » : une liste de « clé: valeur »"),
        ("indicators: {no: {}}", "la clé False n’est pas un texte"),
        ("indicators: {a: 3}", "« indicators.a » : une liste de « clé: valeur »"),
        ("indicators: {a: {}, a: {}}", "ligne 1 : la clé « a » est donnée deux fois"),
        ("indicators: {a: {}}\nagregation: x", "vouliez-vous dire « aggregation »"),
        ("indicators: {a: {}}\nzzz: x", "« zzz » : cette clé n’existe pas ; clés possibles"),
        ("indicators: {a: {wieght: 1}}", "« indicators.a.wieght » : cette clé n’existe pas"),
        ("indicators: {a: {weight: -1}}", "« indicators.a.weight » : un poids ne peut pas"),
        ("indicators: {a: {weight: 0}}", "tous les poids sont nuls"),
        ("indicators: {a: {weight: '1'}}", "« indicators.a.weight » : un nombre est attendu"),
        ("indicators: {a: {weight: yes}}", "un nombre est attendu"),
        ("indicators: {a: {weight: .nan}}", "un nombre est attendu"),
        ("indicators: {a: {weight: .inf}}", "un nombre est attendu"),
        (f"indicators: {{a: {{weight: 1{'0' * 400}}}}}", "un nombre est attendu"),
        ("indicators: {a: {direction: 0}}", "« indicators.a.direction » : 1 (plus"),
        ("indicators: {a: {direction: true}}", "1 (plus"),
        ("indicators: {a: {direction: down}}", "1 (plus"),
        ("indicators: {a: {goalposts: 3}}", "deux nombres sont attendus"),
        ("indicators: {a: {goalposts: [1]}}", "deux nombres sont attendus"),
        ("indicators: {a: {goalposts: [1, x]}}", "un nombre est attendu"),
        ("indicators: {a: {goalposts: [2, 2]}}", "le repère bas (2) doit être inférieur"),
        (
            "normalisation: goalposts\nindicators: {a: {}}",
            "« indicators.a.goalposts » : la normalisation « goalposts » demande",
        ),
        ("normalisation: zscore\nindicators: {a: {}}", "« zscore » n’est pas admis"),
        ("normalisation: [1]\nindicators: {a: {}}", "« list » n’est pas admis"),
        ("aggregation: harmonic\nindicators: {a: {}}", "« aggregation » : « harmonic »"),
        ("minimum_coverage: 60\nindicators: {a: {}}", "un nombre de 0 à 1"),
    ],
)
def test_bad_configuration_is_refused(
    workshop: Workshop, config: str | bytes, expected: str
) -> None:
    refusal = workshop.refusal(config=config)
    assert expected in refusal
    assert "C.yaml" in refusal


@pytest.mark.parametrize(("value", "shown"), [("0", "0"), ("-2,5", "-2.5")])
def test_geometric_mean_names_the_item_that_is_not_positive(
    workshop: Workshop, value: str, shown: str
) -> None:
    refusal = workshop.refusal(
        f"id;speed;price\na;1;1\nb;{value};1\n",
        "aggregation: geometric\nindicators: {price: {}, speed: {}}",
    )
    assert "ligne 3, « speed » : la moyenne géométrique" in refusal
    assert f"« b » vaut {shown} (après normalisation « none »)" in refusal


def test_files_that_cannot_be_opened(workshop: Workshop, tmp_path: Path) -> None:
    config = workshop.write("C.yaml", SMALL_CONFIG)
    data = workshop.write("DATA.csv", SMALL_DATA)
    for arguments, expected in [
        ([str(tmp_path / "none.csv"), "--config", config], "none.csv\u00a0: ce fichier n’existe"),
        ([data, "--config", str(tmp_path / "none.yaml")], "none.yaml\u00a0: ce fichier n’existe"),
        ([str(tmp_path), "--config", config], "c’est un dossier"),
        (["a\0b", "--config", config], "ne peut pas être lu"),
    ]:
        assert main(["composite", *arguments]) == 2
        assert expected in workshop.capsys.readouterr().err


def test_english(workshop: Workshop) -> None:
    code, _, errors = workshop.run("id,speed,price\na,x,2\n", SMALL_CONFIG, "--language", "en")
    assert code == 2
    assert errors.endswith('DATA.csv, line 2, "speed": "x" is not a number.\n')
    _, table, _ = workshop.run(SMALL_DATA, SMALL_CONFIG, "--language=en")
    assert table.startswith("rank")


def test_both_languages_have_every_message_with_the_same_fields() -> None:
    def fields(text: str) -> set[str]:
        return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}

    for message in Message:
        french, english = (CATALOGUE[language][message] for language in Language)
        assert fields(french) == fields(english), message
        # `InputError` keeps these names for the place.
        if message not in (Message.PLACE_LINE, Message.PLACE_FIELD):
            assert not {"file", "line", "field"} & fields(french), message
    assert all(set(sentences) == set(Message) for sentences in CATALOGUE.values())


def test_french_sentences_follow_french_typography() -> None:
    for message, text in CATALOGUE[Language.FRENCH].items():
        assert "'" not in text, message
        for mark in (" ;", " :", " ?", " !", "« ", " »"):
            assert mark not in text, (message, mark)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=60) | st.text('id,;"\n\r0123.e-xé ', max_size=60),
    config=st.binary(max_size=40) | st.text("indicators: {}[]&*a-1.\n#!|", max_size=60),
)
def test_no_input_makes_a_traceback(workshop: Workshop, data, config) -> None:
    for given_data, given_config in ((data, SMALL_CONFIG), (SMALL_DATA, config)):
        encoded = given_data.encode() if isinstance(given_data, str) else given_data
        configuration = given_config.encode() if isinstance(given_config, str) else given_config
        code, output, errors = workshop.run(encoded, configuration)
        assert (code == 0 and output and not errors) or (
            code == 2 and not output and errors.count("\n") == 1
        )
