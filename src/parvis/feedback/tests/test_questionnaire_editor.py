"""Writing a questionnaire with or without scripts: nothing typed is lost, what is wrong is said."""

from __future__ import annotations

import copy
import json
import re

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.editions.tests.factories import RegistrationFactory
from parvis.feedback.default_document import default_document
from parvis.feedback.drafts import TakenNames, apply, problems_of, read_form
from parvis.feedback.editor import preview_of
from parvis.feedback.models import Question, Questionnaire, QuestionnaireVersion
from parvis.feedback.operations.questionnaires import create_questionnaire, publish, save_draft
from parvis.feedback.questionnaire_document import LANGUAGES, read_document
from parvis.feedback.speech.phrases import PHRASES
from parvis.feedback.tests.factories import (
    KioskFactory,
    QuestionnaireFactory,
    TouchpointFactory,
    the_version,
)
from parvis.feedback.tests.test_coordinator_pages import tick_option
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.tests.races import at_once, needs_a_server
from parvis.organisations.tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db

NOTHING_TAKEN = TakenNames([])


def page(name, *args):
    return reverse(f"feedback:{name}", args=args)


@pytest.fixture
def registration():
    made = RegistrationFactory(confirmed=True)
    tick_option(made)
    return made


@pytest.fixture
def client(registration):
    return sign_in(Client(), registration.submitted_by)


@pytest.fixture
def draft(registration):
    return QuestionnaireFactory(organisation=registration.organisation, published=False)


def as_form(document):
    """The fields of the editor for a document, as a browser sends them."""
    query = QueryDict(mutable=True)
    query.setlist("languages", document["languages"])

    def texts(path, values):
        for language, text in values.items():
            query[f"{path}.{language}"] = text

    texts("thanks", document["thanks"])
    for number, step in enumerate(document["steps"]):
        path = f"steps.{number}"
        for name in ("key", "kind", "determinant"):
            query[f"{path}.{name}"] = step.get(name, "")
        texts(f"{path}.text", step["text"])
        for level, label in enumerate(step.get("labels", [])):
            texts(f"{path}.labels.{level}", label)
        for end in ("low", "high"):
            texts(f"{path}.{end}", step.get(end, {}))
        for rank, option in enumerate(step.get("options", [])):
            texts(f"{path}.options.{rank}.text", option["text"])
            query[f"{path}.options.{rank}.code"] = str(option["code"])
            query[f"{path}.options.{rank}.determinant"] = option["determinant"]
            query.setlist(f"{path}.options.{rank}.levels", [str(n) for n in option["levels"]])
    return query


def sent(document, **fields):
    query = as_form(document)
    for name, value in fields.items():
        query[name] = value
    return query.urlencode()


def post(client, questionnaire, document, **fields):
    known = {"name": questionnaire.name, "revision": str(questionnaire.revision), **fields}
    return client.post(
        page("questionnaire", questionnaire.pk),
        sent(document, **known),
        content_type="application/x-www-form-urlencoded",
    )


def fields_of(html):
    """What a browser would send of the editor as it was drawn, buttons left out."""
    query = QueryDict(mutable=True)
    form = html[html.index('id="editeur"') : html.index("<aside")]
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf' {key}="([^"]*)"', tag) for key in ("name", "value"))
        if name is None or ('type="checkbox"' in tag and " checked" not in tag):
            continue
        query.appendlist(name[1], value[1].replace("&#x27;", "'").replace("&amp;", "&"))
    for name, select in re.findall(r'<select[^>]* name="([^"]+)">(.*?)</select>', form, re.S):
        query[name] = (re.search(r'value="([^"]*)" selected', select) or ["", ""])[1]
    return query


# --- Reading and changing -------------------------------------------------------------------------


def test_a_form_gives_back_the_document_it_was_drawn_from():
    document = default_document()
    document["steps"][1]["options"][2]["levels"] = [0, 1]
    assert read_form(as_form(document)) == document


def test_the_page_sends_what_it_shows(client, draft):
    draft.draft["steps"][1]["determinant"] = "waiting"
    draft.draft["steps"][1]["options"][2]["levels"] = [0, 1]
    draft.draft["steps"][2]["determinant"] = "courtesy"
    draft.save()
    html = client.get(page("questionnaire", draft.pk)).content.decode()
    assert read_form(fields_of(html)) == draft.draft


def test_hostile_fields_are_read_as_text_or_left_out():
    query = QueryDict(mutable=True)
    query.setlist("languages", ["fr", "fr", "klingon"])
    query["thanks.fr"] = "a\x00b \ud800 <script>"
    query["steps.0.kind"] = "nonsense"
    query["steps.1.kind"] = "reasons"
    query["steps.1.options.0.code"] = "-4e99"
    query.setlist("steps.1.options.0.levels", ["3", "99", "x"])
    draft = read_form(query)
    assert draft["languages"] == ["fr"]
    assert draft["thanks"]["fr"] == "ab ? <script>"
    assert draft["steps"][1]["options"][0]["code"] == -1
    assert draft["steps"][1]["options"][0]["levels"] == [3]
    assert problems_of(draft)
    json.dumps(draft)


def test_a_no_break_space_stays():
    query = as_form(default_document())
    assert "aujourd’hui\u00a0?" in read_form(query)["steps"][0]["text"]["fr"]


def test_buttons_add_remove_and_move():
    draft = default_document()
    del draft["steps"][2:]
    assert apply("add-step:scale", draft, taken=NOTHING_TAKEN) == "steps.2"
    assert [step["key"] for step in draft["steps"]] == ["satisfaction", "reasons", "scale"]
    assert apply("up-step:2", draft, taken=NOTHING_TAKEN) == "steps.1"
    assert [step["kind"] for step in draft["steps"]] == ["smiley", "scale", "reasons"]
    assert apply("add-option:2", draft, taken=NOTHING_TAKEN) == "steps.2.options.6"
    assert draft["steps"][2]["options"][6]["code"] == 6
    assert apply("down-option:2:0", draft, taken=NOTHING_TAKEN) == "steps.2.options.1"
    assert [option["code"] for option in draft["steps"][2]["options"][:2]] == [1, 0]
    assert apply("remove-option:2:6", draft, taken=NOTHING_TAKEN) == "steps.2"
    assert apply("remove-step:1", draft, taken=NOTHING_TAKEN) == ""
    assert [step["kind"] for step in draft["steps"]] == ["smiley", "reasons"]


def test_the_faces_stay_first():
    draft = default_document()
    before = copy.deepcopy(draft)
    for action in ("remove-step:0", "up-step:1", "down-step:0", "up-step:0", "down-step:3"):
        apply(action, draft, taken=NOTHING_TAKEN)
    assert draft == before


@pytest.mark.parametrize(
    "action",
    ["", "x", "add-step", "add-step:smiley", "add-step:x", "remove-step:99", "remove-step:-1",
     "add-option:0", "add-option:x", "remove-option:1", "remove-option:1:99", "up-option:2:0",
     "add-language:klingon", "remove-language:de", "add-option:" + "9" * 400],
)  # fmt: skip
def test_a_button_that_names_nothing_changes_nothing(action):
    draft = default_document()
    apply(action, draft, taken=NOTHING_TAKEN)
    assert draft == default_document()


def test_at_most_three_screens_follow_and_one_comment():
    draft = default_document()
    apply("add-step:scale", draft, taken=NOTHING_TAKEN)
    assert len(draft["steps"]) == 4
    del draft["steps"][3]
    apply("add-step:comment", draft, taken=NOTHING_TAKEN)
    assert len(draft["steps"]) == 3


def test_what_was_published_never_gets_another_meaning():
    draft = default_document()
    taken = TakenNames([default_document()])
    del draft["steps"][1]["options"][5]
    apply("add-option:1", draft, taken=taken)
    assert draft["steps"][1]["options"][-1]["code"] == 6
    del draft["steps"][1]
    apply("add-step:reasons", draft, taken=taken)
    assert draft["steps"][-1]["key"] == "reasons-2"


def test_a_language_comes_with_its_empty_texts_and_leaves_with_them():
    draft = default_document()
    apply("add-language:ar", draft, taken=NOTHING_TAKEN)
    assert draft["steps"][1]["options"][0]["text"]["ar"] == ""
    assert "steps.1.options.0.text.ar" in problems_of(draft)
    apply("remove-language:ar", draft, taken=NOTHING_TAKEN)
    assert draft == default_document()
    apply("remove-language:en", draft, taken=NOTHING_TAKEN)
    apply("remove-language:fr", draft, taken=NOTHING_TAKEN)
    assert draft["languages"] == ["fr"]


def test_every_problem_is_found_not_the_first_alone():
    draft = default_document()
    draft["steps"][0]["text"]["fr"] = ""
    draft["steps"][1]["options"][0]["text"]["en"] = "x" * 61
    draft["thanks"]["en"] = ""
    assert set(problems_of(draft)) == {
        "steps.0.text.fr",
        "steps.1.options.0.text.en",
        "thanks.en",
    }
    assert problems_of(default_document()) == {}


@pytest.mark.parametrize("junk", [{}, {"languages": ["fr"]}, {"languages": ["fr"], "steps": [{}]}])
def test_a_draft_that_is_nothing_has_problems_and_no_crash(junk):
    assert problems_of(junk)


# --- The page -------------------------------------------------------------------------------------


def test_creating_gives_the_proposed_questionnaire(client, registration):
    response = client.post(page("create_questionnaire"), {"name": "Accueil"})
    made = Questionnaire.objects.get()
    assert response["Location"] == page("questionnaire", made.pk)
    assert made.draft == default_document()
    again = client.post(page("create_questionnaire"), {"name": "Accueil"})
    assert again.status_code == 422
    copied = client.post(
        page("create_questionnaire"), {"name": "Copie", "copied_from": str(made.pk)}
    )
    assert copied.status_code == 302


def test_saving_keeps_an_unfinished_draft(client, draft):
    document = copy.deepcopy(draft.draft)
    document["steps"][0]["text"]["en"] = ""
    response = post(client, draft, document, action="save", name="Autre nom")
    assert response["Location"] == page("questionnaire", draft.pk)
    draft.refresh_from_db()
    assert (draft.name, draft.draft, draft.revision) == ("Autre nom", document, 2)
    assert not QuestionnaireVersion.objects.exists()


def test_a_button_saves_what_was_typed_and_comes_back_to_its_place(client, draft):
    document = copy.deepcopy(draft.draft)
    document["thanks"]["fr"] = "Merci à vous"
    response = post(client, draft, document, action="add-option:1")
    assert response["Location"] == page("questionnaire", draft.pk) + "#steps-1-options-6"
    draft.refresh_from_db()
    assert draft.draft["thanks"]["fr"] == "Merci à vous"
    assert len(draft.draft["steps"][1]["options"]) == 7
    assert 'id="steps-1-options-6"' in client.get(response["Location"]).content.decode()


def test_an_older_form_is_refused_and_keeps_what_was_typed(client, draft):
    document = copy.deepcopy(draft.draft)
    document["thanks"]["fr"] = "Ma version"
    Questionnaire.objects.update(revision=5)
    response = post(client, draft, document, action="save")
    text = response.content.decode()
    assert response.status_code == 409
    assert "Ma version" in text
    assert 'name="revision" value="5"' in text
    draft.refresh_from_db()
    assert draft.draft == default_document()
    # What the page now holds may be saved over the other, knowingly.
    again = post(client, draft, document, action="save", revision="5")
    assert again.status_code == 302
    draft.refresh_from_db()
    assert draft.draft["thanks"]["fr"] == "Ma version"


def test_a_blank_name_is_refused_beside_its_field(client, draft):
    response = post(client, draft, draft.draft, action="save", name=" ")
    assert response.status_code == 422
    assert 'aria-describedby="id_name-error"' in response.content.decode()


def test_publishing_an_unfinished_draft_shows_each_problem_beside_its_field(client, draft):
    document = copy.deepcopy(draft.draft)
    document["steps"][1]["options"][2]["text"]["en"] = ""
    document["steps"] = document["steps"][:2]
    document["thanks"]["fr"] = ""
    response = post(client, draft, document, action="publish")
    assert response["Location"] == page("questionnaire", draft.pk) + "?verifier=1"
    text = client.get(response["Location"]).content.decode()
    for field in ("steps-1-options-2-text-en", "thanks-fr"):
        assert f'href="#{field}"' in text
        assert f'id="{field}"' in text
        assert f'aria-describedby="{field}-error"' in text
    assert "Écrivez ce texte en English." in text
    refused = client.post(page("publish_questionnaire", draft.pk), {"revision": "2"})
    assert refused["Location"] == response["Location"]
    assert not QuestionnaireVersion.objects.exists()


def test_a_draft_of_nothing_but_markup_is_escaped(client, draft):
    document = copy.deepcopy(draft.draft)
    document["steps"][0]["text"]["fr"] = "<script>alert(1)</script>"
    post(client, draft, document, action="save")
    for address in (page("questionnaire", draft.pk), page("preview_questionnaire", draft.pk)):
        text = client.get(address).content.decode()
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


# --- Preview --------------------------------------------------------------------------------------


def test_the_preview_shows_what_is_typed_without_saving_it(client, draft):
    document = copy.deepcopy(draft.draft)
    document["steps"][0]["text"]["en"] = "How did it go?"
    response = client.post(
        page("preview_questionnaire", draft.pk),
        sent(document, apercu_langue="en", apercu_forme="borne"),
        content_type="application/x-www-form-urlencoded",
    )
    text = response.content.decode()
    assert "How did it go?" in text
    assert 'class="preview preview--borne" lang="en"' in text
    draft.refresh_from_db()
    assert draft.draft == default_document()


def test_the_preview_is_a_page_of_its_own_without_scripts(client, draft):
    text = client.get(page("preview_questionnaire", draft.pk), {"langue": "en"}).content.decode()
    assert "How was your visit today?" in text
    assert text.count('class="face face--') == 4
    unknown = client.get(page("preview_questionnaire", draft.pk), {"langue": "x", "forme": "y"})
    assert 'class="preview preview--telephone" lang="fr"' in unknown.content.decode()


def test_arabic_is_shown_from_right_to_left():
    document = default_document()
    apply("add-language:ar", document, taken=NOTHING_TAKEN)
    assert preview_of(document, "ar", "borne")["direction"] == "rtl"


# --- Publication ----------------------------------------------------------------------------------


def test_publishing_freezes_the_draft_and_tells_the_kiosks(client, registration):
    kiosk = KioskFactory(touchpoint=TouchpointFactory(organisation=registration.organisation))
    questionnaire = kiosk.touchpoint.questionnaire
    document = copy.deepcopy(questionnaire.draft)
    document["thanks"]["fr"] = "Merci !"
    post(client, questionnaire, document, action="publish")
    confirm = client.get(page("publish_questionnaire", questionnaire.pk)).content.decode()
    assert "1 point d’écoute ouvert la montre" in confirm
    before = DBTaskResult.objects.filter(task_path__endswith="speak_version").count()
    response = client.post(page("publish_questionnaire", questionnaire.pk), {"revision": "2"})
    assert response["Location"] == page("questionnaire_versions", questionnaire.pk)
    version = the_version(questionnaire)
    assert (version.number, version.document) == (2, document)
    kiosk.refresh_from_db()
    assert kiosk.configuration == 2
    after = DBTaskResult.objects.filter(task_path__endswith="speak_version").count()
    assert after == before + 1
    listed = client.get(page("questionnaire_versions", questionnaire.pk)).content.decode()
    assert "Version 2" in listed
    shown = client.get(page("questionnaire_version", questionnaire.pk, 1)).content.decode()
    assert "Votre avis est enregistré" in shown
    assert client.get(page("questionnaire_version", questionnaire.pk, 9)).status_code == 404


def test_a_draft_changed_since_it_was_seen_is_not_published(client, draft):
    response = client.post(page("publish_questionnaire", draft.pk), {"revision": "7"})
    assert response["Location"] == page("questionnaire", draft.pk)
    assert not QuestionnaireVersion.objects.exists()


def test_the_same_draft_is_not_published_twice(client, draft):
    for _rank in range(2):
        client.post(page("publish_questionnaire", draft.pk), {"revision": "1"})
    assert QuestionnaireVersion.objects.count() == 1


def test_questions_keep_their_rows_and_their_kind():
    questionnaire = QuestionnaireFactory()
    rows = set(Question.objects.values_list("pk", flat=True))
    draft = copy.deepcopy(questionnaire.draft)
    draft["steps"][1]["determinant"] = "waiting"
    save_draft(questionnaire=questionnaire, name="x", draft=draft, by=PersonFactory(), revision=1)
    publish(questionnaire=questionnaire, by=None)
    assert set(Question.objects.values_list("pk", flat=True)) == rows
    assert Question.objects.get(key="reasons").determinant == "waiting"
    draft = copy.deepcopy(draft)
    draft["steps"][1]["kind"] = "multiple"
    save_draft(questionnaire=questionnaire, name="x", draft=draft, by=PersonFactory(), revision=2)
    with pytest.raises(Refusal) as refused:
        publish(questionnaire=questionnaire, by=None)
    assert refused.value.field == "steps.1.kind"


@pytest.mark.django_db(transaction=True)
def test_two_publications_at_once_make_two_numbers_or_one_refusal():
    needs_a_server()
    questionnaire = create_questionnaire(
        organisation=OrganisationFactory(), name="Accueil", by=PersonFactory()
    )
    raised = at_once(
        lambda: publish(questionnaire=questionnaire, by=None, revision=1),
        lambda: publish(questionnaire=questionnaire, by=None, revision=1),
    )
    assert isinstance(raised, Conflict)
    assert QuestionnaireVersion.objects.count() == 1


def test_every_phrase_is_there_in_every_language():
    assert all(set(texts) == set(LANGUAGES) for texts in PHRASES.values())


def test_the_proposed_document_is_whole():
    assert read_document(default_document()).languages == ("fr", "en")
