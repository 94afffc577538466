"""Types and meanings of the columns of an archive, as Table Schema: in French, then in English."""

from __future__ import annotations

from collections.abc import Mapping

Column = Mapping[str, str]


def _column(kind: str, french: str, english: str) -> Column:
    return {"type": kind, "description": f"{french} / {english}"}


_GRADES = {
    f"grade-{grade}": _column(
        "integer", f"Combien ont donné la note {grade}", f"How many gave {grade}"
    )
    for grade in range(5)
}

COLUMNS: Mapping[str, Column] = {
    "id": _column("string", "Étape et numéro de la contribution", "Phase and number"),
    "category/id": _column("string", "Code du thème", "Code of the theme"),
    "category/name/fr": _column("string", "Thème", "Theme"),
    "scope/id": _column("string", "Code du secteur", "Code of the sector"),
    "scope/name/fr": _column("string", "Secteur", "Sector"),
    "title": _column("string", "Titre", "Title"),
    "body": _column("string", "Texte", "Text"),
    "address": _column("string", "Lieu", "Place"),
    "latitude": _column("number", "Degrés, WGS 84", "Degrees, WGS 84"),
    "longitude": _column("number", "Degrés, WGS 84", "Degrees, WGS 84"),
    "state": _column(
        "string",
        "Réponse officielle : accepted, evaluating, rejected ; vide si aucune",
        "Official answer: accepted, evaluating, rejected; empty if none",
    ),
    "answer/fr": _column("string", "Motif de la réponse", "Reason of the answer"),
    "answered_at": _column("date", "Jour de la réponse", "Day of the answer"),
    "votes": _column("integer", "Soutiens", "Supports"),
    "comments": _column("integer", "Avis et commentaires publiés", "Published replies"),
    "published_at": _column("date", "Jour de la publication", "Day of publication"),
    "url": _column("string", "Page publique", "Public page"),
    "component/id": _column("integer", "Étape", "Phase"),
    "meeting_urls": _column("string", "Toujours vide", "Always empty"),
    "related_proposals": _column("string", "Fusions et scissions", "Merges and splits"),
    "answers": _column("string", "Autres champs, en JSON", "Other fields, in JSON"),
    "merged_into": _column("string", "Idée dans laquelle elle vit", "Idea it lives on in"),
    "split_from": _column("string", "Idée dont elle vient", "Idea it comes from"),
    "cost_euros": _column("integer", "Coût en euros", "Cost in euros"),
    "from_idea": _column("string", "Idée d’où vient le projet", "Idea the project comes from"),
    "commentable/id": _column("string", "Ce dont on parle", "What it is about"),
    "kind": _column("string", "Sorte", "Kind"),
    "contribution": _column("string", "Contribution concernée", "Contribution concerned"),
    "act": _column("string", "Ce qui a été décidé", "What was decided"),
    "reason": _column("string", "Motif de la charte", "Reason of the charter"),
    "text": _column("string", "Mots publiés", "Published words"),
    "date": _column("date", "Jour", "Day"),
    "spent_euros": _column("integer", "Dépense en euros", "Spent, in euros"),
    "voter-id": _column("integer", "Numéro tiré au sort", "Number drawn at random"),
    "comment-id": _column("integer", "Numéro de l’affirmation", "Number of the statement"),
    "vote": _column(
        "integer", "1 d’accord, −1 pas d’accord, 0 passe", "1 agree, −1 disagree, 0 pass"
    ),
    "agrees": _column("integer", "D’accord", "Agree"),
    "disagrees": _column("integer", "Pas d’accord", "Disagree"),
    "passes": _column("integer", "Passent", "Pass"),
    "moderated": _column("integer", "−1 : retirée par la modération", "−1: moderated out"),
    "comment-body": _column("string", "Affirmation", "Statement"),
    "criterion-id": _column("integer", "Numéro du critère", "Number of the criterion"),
    "criterion-body": _column("string", "Critère", "Criterion"),
    "grade": _column("integer", "Note de 0 à 4", "Grade from 0 to 4"),
    **_GRADES,
    "winner": _column("integer", "Sujet préféré", "Item preferred"),
    "loser": _column("integer", "L’autre sujet", "The other item"),
    "item-id": _column("integer", "Numéro du sujet", "Number of the item"),
    "won": _column("integer", "Fois préféré", "Times preferred"),
    "lost": _column("integer", "Fois non préféré", "Times not preferred"),
    "neither": _column("integer", "Fois sans préférence", "Times without preference"),
    "item-body": _column("string", "Sujet", "Item"),
    "project_id": _column("string", "Numéro du projet", "Number of the project"),
    "cost": _column("integer", "Coût en euros", "Cost in euros"),
    "score": _column("integer", "Points", "Points"),
    "selected": _column("integer", "1 si choisi", "1 if chosen"),
    "name": _column("string", "Titre du projet", "Title of the project"),
}
