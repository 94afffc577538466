"""Comments and ideas: their moderation, their public pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.feedback.views import comment_answers, comments, ideas, public_voices

urlpatterns: list[URLPattern] = [
    # --- The coordinator's
    path("ecoute/commentaires/", comments.comments, name="comments"),
    path("ecoute/commentaires/lot/", comments.comment_bulk, name="comment_bulk"),
    path("ecoute/commentaires/<int:pk>/", comments.comment, name="comment"),
    path("ecoute/commentaires/<int:pk>/decision/", comments.comment_decide, name="comment_decide"),
    path("ecoute/commentaires/<int:pk>/annuler/", comments.comment_undo, name="comment_undo"),
    path(
        "ecoute/commentaires/<int:pk>/masquer/",
        comments.comment_hide_words,
        name="comment_hide_words",
    ),
    path("ecoute/commentaires/<int:pk>/engagement/", comments.comment_link, name="comment_link"),
    path(
        "ecoute/commentaires/<int:pk>/reponse/", comment_answers.comment_reply, name="comment_reply"
    ),
    path(
        "ecoute/commentaires/<int:pk>/reponse/retirer/",
        comment_answers.comment_reply_withdraw,
        name="comment_reply_withdraw",
    ),
    path("ecoute/modeles/", comment_answers.reply_templates, name="reply_templates"),
    path("ecoute/modeles/nouveau/", comment_answers.reply_template_add, name="reply_template_add"),
    path("ecoute/modeles/<int:pk>/", comment_answers.reply_template, name="reply_template"),
    path(
        "ecoute/modeles/<int:pk>/retirer/",
        comment_answers.reply_template_remove,
        name="reply_template_remove",
    ),
    path("ecoute/engagements/", comment_answers.commitments, name="commitments"),
    path("ecoute/engagements/nouveau/", comment_answers.commitment_add, name="commitment_add"),
    path("ecoute/engagements/<int:pk>/", comment_answers.commitment, name="commitment"),
    path(
        "ecoute/engagements/<int:pk>/retirer/",
        comment_answers.commitment_remove,
        name="commitment_remove",
    ),
    path("ecoute/noms-masques/", comment_answers.agent_names, name="agent_names"),
    path(
        "ecoute/noms-masques/<int:pk>/retirer/",
        comment_answers.agent_name_remove,
        name="agent_name_remove",
    ),
    path("ecoute/themes/", ideas.themes, name="themes"),
    path("ecoute/themes/<int:pk>/", ideas.theme_rename, name="theme_rename"),
    path("ecoute/idees/", ideas.ideas, name="ideas"),
    path("ecoute/idees/<int:pk>/", ideas.idea, name="idea"),
    path("ecoute/idees/<int:pk>/reunir/", ideas.idea_merge, name="idea_merge"),
    path("ecoute/idees/<int:pk>/separer/", ideas.idea_separate, name="idea_separate"),
    # --- Everybody's
    path("avis-et-idees/<int:pk>/", public_voices.you_said, name="you_said"),
    path("avis-et-idees/<int:pk>/idees/", public_voices.public_ideas, name="public_ideas"),
    path("idees/<int:pk>/soutenir/", public_voices.support_idea, name="support_idea"),
    path("idees/suivi/<str:token>/", public_voices.idea_followed, name="idea_followed"),
    path("idees/proches/<str:code>/", public_voices.similar, name="similar_ideas"),
]
