"""Where a coordinator prepares: touchpoints, questionnaires, posters, kiosks."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.feedback.views.coordinator import (
    devices,
    exclusions,
    home,
    posters,
    questionnaires,
    speech,
    touchpoints,
)

urlpatterns: list[URLPattern] = [
    path("ecoute/", home.home, name="home"),
    path("ecoute/points/", touchpoints.touchpoints, name="touchpoints"),
    path("ecoute/points/nouveau/", touchpoints.open_new, name="open_touchpoint"),
    path("ecoute/points/<int:pk>/", touchpoints.touchpoint, name="touchpoint"),
    path("ecoute/points/<int:pk>/modifier/", touchpoints.change, name="change_touchpoint"),
    path("ecoute/points/<int:pk>/fermer/", touchpoints.close, name="close_touchpoint"),
    path("ecoute/points/<int:pk>/rouvrir/", touchpoints.reopen, name="reopen_touchpoint"),
    path("ecoute/points/<int:pk>/ecarter/", exclusions.set_answers_apart, name="set_answers_apart"),
    path("ecoute/bornes/a-part/", exclusions.kept_apart, name="kept_apart"),
    path("ecoute/points/<int:pk>/affiche-<str:size>.pdf", posters.poster, name="poster"),
    path("ecoute/points/<int:pk>/borne/", devices.ask_code, name="ask_pairing_code"),
    path("ecoute/questionnaires/", questionnaires.questionnaires, name="questionnaires"),
    path("ecoute/questionnaires/nouveau/", questionnaires.create, name="create_questionnaire"),
    path("ecoute/questionnaires/<int:pk>/", questionnaires.questionnaire, name="questionnaire"),
    path(
        "ecoute/questionnaires/<int:pk>/apercu/",
        questionnaires.preview,
        name="preview_questionnaire",
    ),
    path(
        "ecoute/questionnaires/<int:pk>/publier/",
        questionnaires.publish_draft,
        name="publish_questionnaire",
    ),
    path(
        "ecoute/questionnaires/<int:pk>/versions/",
        questionnaires.versions,
        name="questionnaire_versions",
    ),
    path(
        "ecoute/questionnaires/<int:pk>/versions/<int:number>/",
        questionnaires.version,
        name="questionnaire_version",
    ),
    path("ecoute/questionnaires/<int:pk>/voix/", speech.speech, name="speech"),
    path("ecoute/bornes/", devices.kiosks, name="kiosks"),
    path("ecoute/bornes/<int:pk>/", devices.kiosk, name="kiosk_health"),
    path("ecoute/bornes/<int:pk>/modifier/", devices.change, name="change_kiosk"),
    path("ecoute/bornes/<int:pk>/revoquer/", devices.revoke, name="revoke_kiosk"),
]
