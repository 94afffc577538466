"""Addresses of this room, below /terrain/."""

from django.urls import path

from parvis.mystery_audits.views import evidence, fieldwork, panel, reviewing, waves

app_name = "mystery_audits"
urlpatterns = [
    path("", fieldwork.my_contacts, name="my_contacts"),
    path("contacts/<int:pk>/", fieldwork.contact_form, name="contact_form"),
    path("contacts/<int:pk>/champ/", fieldwork.save_field, name="save_field"),
    path("contacts/<int:pk>/pieces/", fieldwork.send_evidence, name="send_evidence"),
    path("pieces/<uuid:pk>/", evidence.evidence, name="evidence"),
    path("relecture/", reviewing.review_queue, name="review_queue"),
    path("relecture/<int:pk>/", reviewing.review, name="review"),
    path("relecture/<int:pk>/prendre/", reviewing.take, name="take"),
    path("relecture/<int:pk>/valider/", reviewing.validate, name="validate"),
    path("relecture/<int:pk>/decision/", reviewing.decide_with_reason, name="decide_with_reason"),
    path("vagues/<int:pk>/", waves.wave, name="wave"),
    path("vagues/<int:pk>/generer/", waves.generate, name="generate"),
    path("vagues/<int:pk>/attribuer/", waves.assign, name="assign"),
    path("vagues/<int:pk>/reprendre/", waves.unassign, name="unassign"),
    path("vagues/<int:pk>/repartir/", waves.assign_evenly, name="assign_evenly"),
    path("vagues/<int:pk>/annuler/", waves.cancel_rest, name="cancel_rest"),
    path("vagues/<int:pk>/cloturer/", waves.close_wave, name="close_wave"),
    path("panel/", panel.panel, name="panel"),
    path("panel/inviter/", panel.invite_to_panel, name="invite_to_panel"),
    path("panel/<int:pk>/", panel.panel_member, name="panel_member"),
    path("panel/<int:pk>/depart/", panel.panel_departure, name="panel_departure"),
]
