"""What a coordinator prepares so that people may be verified: sheets of codes, the roll."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from parvis.consultations.enums import Admission, Proof
from parvis.consultations.models import Consultation, Participant, PrintedCode, RollEntry
from parvis.consultations.operations.verifying import Entry, Named, enter_by_roll
from parvis.consultations.tests.factories import running_phase
from parvis.consultations.tests.preparing import registration_with_option

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]

ROLL = "Nom de naissance;Prénom(s);Né(e) le;N°\n"


@pytest.fixture
def team(client: Client) -> tuple[Client, Consultation]:
    from parvis.accounts.tests.factories import sign_in

    registration = registration_with_option()
    phase = running_phase(
        organisation=registration.organisation,
        admission=Admission.VERIFIED,
        proofs=[Proof.CODE, Proof.ROLL],
    )
    return sign_in(client, registration.submitted_by), phase.consultation


def send(team: tuple[Client, Consultation], content: bytes):
    client, consultation = team
    address = reverse("consultations:import_roll", args=[consultation.pk])
    return client.post(address, {"file": SimpleUploadedFile("liste.csv", content)})


def test_the_same_form_gives_the_same_sheet(team: tuple[Client, Consultation]):
    client, consultation = team
    page = client.get(reverse("consultations:admission", args=[consultation.pk]))
    assert "une personne qui en a deux compte pour deux" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    seed = re.search(r'name="seed" value="(\w+)"', page.content.decode())
    assert seed
    address = reverse("consultations:print_codes", args=[consultation.pk])
    sheets = [client.post(address, {"seed": seed[1], "count": "3"}) for _press in range(2)]
    assert [sheet["Content-Type"] for sheet in sheets] == ["application/pdf"] * 2
    assert sheets[0].content == sheets[1].content
    assert PrintedCode.objects.count() == 3
    for wrong in ({"count": "0"}, {"count": "1001"}, {"count": ""}, {"count": "9" * 30}):
        assert client.post(address, {"seed": seed[1], **wrong}).status_code == 422
    assert client.post(address, {"count": "3", "seed": "é"}).status_code == 302
    away = reverse("consultations:cancel_codes", args=[consultation.pk, 1])
    for _press in range(2):
        assert client.post(away).status_code == 302
    assert not PrintedCode.objects.exists()


def test_each_line_says_what_is_wrong_with_it_and_the_others_are_kept(
    team: tuple[Client, Consultation],
):
    lines = [
        "Petit;Claire;03/04/1975;1",
        ";Sans nom;03/04/1975;2",
        "Durand;;03/04/1975;3",
        "Durand;Paul;31/02/1975;4",
        "PETIT;claire;1975-04-03;1",
        "Martin;Jean;05/06/1980;",
        "MARTIN;JEAN;05/06/1980;",
        "Martin;Jean;05/06/1980;7",
        "Мария;Ивановна;05/06/1980;8",
        "<script>;alert;x;9",
    ]
    answer = send(team, (ROLL + "\n".join(lines)).encode("utf-8-sig"))
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert [int(line) for line in re.findall(r">Ligne (\d+)</th>", shown)] == [
        3,
        4,
        5,
        9,
        10,
        11,
    ]
    assert "donnez à chacune son numéro" in shown
    assert "<script>;" not in shown
    assert "&lt;script&gt;" in shown
    assert RollEntry.objects.count() == 2
    again = send(team, (ROLL + lines[0]).encode("cp1252"))
    assert again.status_code == 302
    assert RollEntry.objects.count() == 2
    assert not any("petit" in str(vars(row)).lower() for row in RollEntry.objects.all())


def test_a_roll_taken_away_and_sent_again_gives_nobody_a_second_voice(
    team: tuple[Client, Consultation],
):
    client, consultation = team
    send(team, (ROLL + "Petit;Claire;03/04/1975;\nDurand;Paul;05/06/1980;").encode())
    claire = Named(family="Petit", given="Claire", born_on=date(1975, 4, 3))
    first, _secret = enter_by_roll(Entry(consultation, "a"), named=claire)
    away = reverse("consultations:remove_roll", args=[consultation.pk])
    assert client.post(away).status_code == 302
    assert RollEntry.objects.count() == 1
    send(team, (ROLL + "Petit;Claire;03/04/1975;12\nDurand;Paul;05/06/1980;13").encode())
    for number in ("", "12"):
        again, _secret = enter_by_roll(
            Entry(consultation, "b"), named=replace(claire, number=number)
        )
        assert again == first
    assert Participant.objects.count() == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nom;prenom\nPetit;Claire\n",
        ROLL.encode(),
        b"\x89PNG\r\n\x1a\n" + bytes(200),
        b'nom;prenom;date de naissance\n"Petit',
        "nom;prénom;naissance\n".encode("utf-16"),
    ],
    ids=["empty", "columns", "headings", "picture", "quote", "utf-16"],
)
def test_what_is_no_roll_is_refused_and_nothing_changes(
    team: tuple[Client, Consultation], content: bytes
):
    assert send(team, content).status_code == 422
    assert not RollEntry.objects.exists()
