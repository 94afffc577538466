"""Forms as a screen reader meets them: label, help and error tied to their field."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django import forms
from django.contrib.auth import get_user_model

from parvis.foundation.forms import DateInput, DateTimeInput, native_dates


class Sample(forms.Form):
    name = forms.CharField(label="Nom", help_text="Sans abréviation.")
    nickname = forms.CharField(label="Surnom", required=False)
    answer = forms.ChoiceField(
        label="Réponse", choices=[("yes", "Oui"), ("no", "Non")], widget=forms.RadioSelect
    )
    options = forms.MultipleChoiceField(
        label="Options",
        choices=[("a", "Visites"), ("b", "Rapport")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    informed = forms.BooleanField(label="Agents informés")
    day = forms.DateField(label="Jour", widget=DateInput, required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def elements(html: str, tag: str) -> list[dict[str, str]]:
    """Attributes of each element of this tag."""
    return [
        dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))
        for attributes in re.findall(rf"<{tag}\b([^>]*)>", html)
    ]


def identifiers(html: str) -> list[str]:
    return re.findall(r'\bid="([^"]+)"', html)


def test_each_error_of_the_summary_leads_to_its_field() -> None:
    html = str(Sample({"nickname": "x"}))

    summary = html[: html.index("</ul>")]
    targets = re.findall(r'href="#([^"]+)"', summary)
    assert targets == ["id_name", "id_answer_0", "id_informed"]
    focusable = {e["id"] for e in elements(html, "input") if "id" in e}
    assert set(targets) <= focusable
    assert 'role="alert"' in summary
    assert 'tabindex="-1"' in summary
    assert "Nom\u00a0: Ce champ est obligatoire." in summary


def test_a_form_without_error_has_no_summary() -> None:
    assert 'role="alert"' not in str(Sample())
    assert 'role="alert"' not in str(Sample({"name": "a", "answer": "yes", "informed": "on"}))


@pytest.mark.parametrize("data", [None, {}])
def test_every_description_a_field_names_exists_once(data: dict[str, str] | None) -> None:
    html = str(Sample(data))

    found = identifiers(html)
    assert len(found) == len(set(found))
    described = re.findall(r'aria-describedby="([^"]+)"', html)
    assert described
    for names in described:
        assert set(names.split()) <= set(found)


def test_help_and_error_describe_their_field() -> None:
    html = str(Sample({}))

    name = next(e for e in elements(html, "input") if e.get("id") == "id_name")
    assert name["aria-describedby"] == "id_name_helptext id_name_error"
    assert name["aria-invalid"] == "true"
    fieldset = next(e for e in elements(html, "fieldset") if "aria-describedby" in e)
    assert fieldset["aria-describedby"] == "id_answer_error"


def test_every_field_that_shows_has_a_label() -> None:
    html = str(Sample())

    labelled = {e["for"] for e in elements(html, "label")}
    for element in elements(html, "input"):
        if element["type"] != "hidden":
            assert element["id"] in labelled
    assert html.count("<legend>") == 2


def test_what_may_stay_empty_is_said_in_words() -> None:
    html = str(Sample())

    optional = re.findall(r"<(?:label|legend)[^>]*>([^<]+?)\s*<span class=\"optional\">", html)
    assert optional == ["Surnom", "Options", "Jour"]


def test_errors_are_escaped_in_the_summary_and_at_the_field() -> None:
    class Hostile(forms.Form):
        choice = forms.ChoiceField(choices=[("a", "A")])

    html = str(Hostile({"choice": "<script>alert(1)</script>"}))

    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 2


def test_native_pickers_hold_iso_values_whatever_the_language() -> None:
    assert 'value="2026-03-09"' in DateInput().render("day", datetime.date(2026, 3, 9))
    moment = datetime.datetime(2026, 3, 9, 18, 30)  # noqa: DTZ001
    html = DateTimeInput().render("at", moment)
    assert 'type="datetime-local"' in html
    assert 'value="2026-03-09T18:30"' in html


def test_a_native_picker_is_read_back() -> None:
    class Dated(forms.Form):
        day = forms.DateField(widget=DateInput)
        at = forms.DateTimeField(widget=DateTimeInput)

    form = Dated({"day": "2026-03-09", "at": "2026-03-09T18:30"})

    assert form.is_valid(), form.errors
    assert form.cleaned_data["day"] == datetime.date(2026, 3, 9)
    assert form.cleaned_data["at"].hour == 18


def test_a_model_form_takes_the_native_pickers() -> None:
    joined: Any = get_user_model()._meta.get_field("joined_at")
    email: Any = get_user_model()._meta.get_field("email")

    assert isinstance(native_dates(joined).widget, DateTimeInput)
    assert isinstance(native_dates(email).widget, forms.EmailInput)
