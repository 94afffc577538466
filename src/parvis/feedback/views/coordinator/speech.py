"""What the kiosks say: hearing each text, and recording a voice in place of the machine's."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.feedback.forms.coordinator import RecordingForm
from parvis.feedback.models import Questionnaire, QuestionnaireVersion, SpokenLabel
from parvis.feedback.operations.speech import forget_recording, record_sound
from parvis.feedback.permissions.coordinator import access_questionnaire
from parvis.feedback.questionnaire_document import LANGUAGES, RIGHT_TO_LEFT, read_document
from parvis.feedback.speech.labels import sound_address, spoken_texts, text_hash
from parvis.feedback.speech.sounds import MAX_SECONDS, MAX_UPLOAD_BYTES
from parvis.feedback.speech.synthesis import can_speak
from parvis.feedback.speech.tasks import speak_version
from parvis.foundation.errors import Refusal


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def speech(request: HatRequest, pk: int) -> HttpResponse:
    current = access_questionnaire(request.hat, pk)
    version = current.versions.order_by("-number").first()
    texts = spoken_texts(read_document(version.document)) if version is not None else []
    labels = {
        label.text_hash: label
        for label in SpokenLabel.objects.visible_to(request.hat).filter(
            text_hash__in=[text_hash(language, text) for language, text in texts]
        )
    }
    problem: tuple[str, str] = ("", "")
    status = 200
    if request.method == "POST":
        if version is None:
            raise Http404
        try:
            return _act(request, current, version, texts, labels)
        except Refusal as refusal:
            problem = (request.POST.get("text_hash", ""), refusal.message)
            status = refusal.status
    return render(
        request,
        "feedback/speech.html",
        {
            "questionnaire": current,
            "version": version,
            "languages": _by_language(texts, labels, problem),
            "missing": len(texts) - len(labels),
            "can_speak": can_speak(),
            "most_seconds": MAX_SECONDS,
            "most_megabytes": MAX_UPLOAD_BYTES // 1024 // 1024,
            "is_simulated": current.organisation.is_simulated,
            "tab": "questionnaires",
        },
        status=status,
    )


def _act(
    request: HatRequest,
    current: Questionnaire,
    version: QuestionnaireVersion,
    texts: list[tuple[str, str]],
    labels: dict[str, SpokenLabel],
) -> HttpResponse:
    action, asked = request.POST.get("action", ""), request.POST.get("text_hash", "")
    found = {text_hash(language, text): (language, text) for language, text in texts}
    anchor = ""
    if action == "speak":
        speak_version.enqueue(version.pk)
        messages.success(request, _("Les sons qui manquent se font : revenez dans une minute."))
    elif asked not in found:
        raise Http404
    elif action == "forget":
        anchor = f"#son-{asked[:12]}"
        label = labels.get(asked)
        if label is not None and label.recorded_by_id is not None:
            spoken = forget_recording(questionnaire=current, label=label, by=request.user)
            messages.success(
                request,
                _("La voix de synthèse dit de nouveau ce texte.")
                if spoken
                else _("L’enregistrement est retiré ; la borne prendra la voix de son navigateur."),
            )
    else:
        anchor = f"#son-{asked[:12]}"
        form = RecordingForm(request.POST, request.FILES)
        if not form.is_valid():
            raise Refusal(str(form.errors["file"][0]), field="file")
        language, text = found[asked]
        record_sound(
            questionnaire=current,
            language=language,
            text=text,
            file=form.cleaned_data["file"],
            by=request.user,
        )
        messages.success(request, _("Votre enregistrement remplace la voix de synthèse."))
    address = redirect("feedback:speech", current.pk)["Location"]
    return redirect(f"{address}{anchor}")


def _by_language(
    texts: list[tuple[str, str]], labels: dict[str, SpokenLabel], problem: tuple[str, str]
) -> list[dict[str, Any]]:
    languages: dict[str, list[dict[str, Any]]] = {}
    for language, text in texts:
        spoken = text_hash(language, text)
        label = labels.get(spoken)
        languages.setdefault(language, []).append(
            {
                "text": text,
                "hash": spoken,
                "id": f"son-{spoken[:12]}",
                "address": sound_address(label.sound_hash) if label else "",
                "is_recorded": label is not None and label.recorded_by_id is not None,
                "problem": problem[1] if problem[0] == spoken else "",
            }
        )
    return [
        {
            "code": code,
            "name": LANGUAGES[code],
            "direction": "rtl" if code in RIGHT_TO_LEFT else "ltr",
            "rows": rows,
        }
        for code, rows in languages.items()
    ]
