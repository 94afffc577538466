"""Addresses of account pages; those of sign-in itself are django-allauth's."""

from django.urls import path

from parvis.accounts.views import entrance, profile, team

app_name = "accounts"
urlpatterns = [
    path("roles/", entrance.hats, name="hats"),
    path("lien/", entrance.request_sign_in_link, name="request_sign_in_link"),
    path("lien/<str:token>/", entrance.sign_in_link, name="sign_in_link"),
    path("invitation/<str:token>/", entrance.invitation, name="invitation"),
    path("profil/", profile.profile, name="profile"),
    path("profil/export/", profile.export, name="export"),
    path("profil/effacer/", profile.erase, name="erase"),
    path("second-facteur/", profile.second_factor, name="second_factor"),
    path("equipe/", team.team, name="team"),
    path("equipe/inviter/", team.invite_staff, name="invite_staff"),
    path("equipe/invitations/<int:pk>/annuler/", team.revoke_invitation, name="revoke_invitation"),
    path("equipe/roles/<int:pk>/fin/", team.end_staff_role, name="end_role"),
    path(
        "equipe/personnes/<int:pk>/second-facteur/",
        team.reset_staff_second_factor,
        name="reset_second_factor",
    ),
]
