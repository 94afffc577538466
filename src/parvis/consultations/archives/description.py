"""What an archive says of itself: a page to read in two languages, a Data Package for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from django.utils import timezone

from parvis.consultations.archives.columns import COLUMNS
from parvis.consultations.archives.votes import FEWEST_VOTERS, PhaseVotes, Table
from parvis.consultations.enums import PhaseKind

if TYPE_CHECKING:
    from parvis.consultations.archives.building import Contents, Written

LICENCE: Mapping[str, str] = {
    "name": "etalab-2.0",
    "title": "Licence Ouverte / Open Licence version 2.0",
    "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}

# How the result of a phase is computed again, by its kind; {folder} is where its files are.
_COMMANDS = {
    PhaseKind.OPINIONS: "parvis analyse opinions {folder}/VOTES.csv {folder}/COMMENTS.csv",
    PhaseKind.PAIRS: "parvis analyse pairs {folder}/VOTES.csv",
    PhaseKind.BUDGET: "parvis analyse budget {folder}/VOTE.pb --rule {rule} "
    "--completion {completion}",
}

_WORDS = {
    "fr": {
        "title": "# Données ouvertes : {title}",
        "body": "Consultation du public par {body} ({code}). État du {day}.",
        "licence": "Licence Ouverte 2.0 ({path}) : réutilisation libre, en citant la source.",
        "files": "## Fichiers",
        "not": "## Ce qui n’y est pas",
        "absent": (
            "Aucun nom, aucune adresse, aucun identifiant d’auteur : rien ne relie un texte aux "
            "votes de son auteur. Les votes n’ont pas de date. Les numéros de votants sont tirés "
            "au sort pour cette archive ; deux étapes n’en partagent aucun. Les textes refusés "
            "ou retirés n’y sont pas ; la décision, sans ses mots ni son auteur, y est. Ce qui est "
            "retiré après la clôture d’un vote n’a plus de mots, mais reste compté comme à la "
            "clôture."
        ),
        "few": (
            "Sous {fewest} votants dans une étape, et tant qu’elle dure, seuls des totaux "
            "sortent ; sous cinq, aucun. Une case vide n’est pas un zéro : le total n’est pas dit."
        ),
        "formula": (
            "Un texte qu’un tableur prendrait pour une formule commence par une apostrophe."
        ),
        "votes": "## Ce qui a été voté",
        "running": "étape en cours ou résultat à paraître : au plus des totaux",
        "totals": "moins de {fewest} votants : totaux seulement",
        "ballots": "votes un par un",
        "voters": "{voters} votants",
        "few_voters": "moins de cinq votants, dont rien n’est publié",
        "again": "Pour refaire le calcul : `{command}`",
        "sums": "## Intégrité\n\nSHA256SUMS donne l’empreinte de chaque fichier "
        "(`sha256sum -c SHA256SUMS`).",
    },
    "en": {
        "title": "# Open data: {title}",
        "body": "Public consultation by {body} ({code}). As of {day}.",
        "licence": "Open Licence 2.0 ({path}): free re-use, naming the source.",
        "files": "## Files",
        "not": "## What is not in it",
        "absent": (
            "No name, no address, no author’s identifier: nothing ties a text to the votes of "
            "its author. Votes have no date. Voters’ numbers are drawn at random for this "
            "archive; no two phases share one. Texts refused or withdrawn are not in it; the "
            "decision, without its words or who took it, is. What is taken off after the close of "
            "a vote has no words left, and stays counted as at the close."
        ),
        "few": (
            "Below {fewest} voters in a phase, and while it runs, only totals leave; below five, "
            "none. An empty cell is not a zero: the total is not told."
        ),
        "formula": "A text that a spreadsheet would run as a formula begins with an apostrophe.",
        "votes": "## What was voted",
        "running": "phase still open, or result to come: totals at most",
        "totals": "fewer than {fewest} voters: totals only",
        "ballots": "votes one by one",
        "voters": "{voters} voters",
        "few_voters": "fewer than five voters, of whom nothing is told",
        "again": "To compute it again: `{command}`",
        "sums": "## Integrity\n\nSHA256SUMS gives the digest of each file "
        "(`sha256sum -c SHA256SUMS`).",
    },
}


def read_me(contents: Contents, language: Literal["fr", "en"]) -> str:
    """The description, in Markdown."""
    words = _WORDS[language]
    consultation = contents.consultation
    day = timezone.localtime(contents.made_at)
    lines = [
        words["title"].format(title=one_line(consultation.title)),
        words["body"].format(
            body=one_line(consultation.organisation.name),
            code=consultation.code,
            day=f"{day:%d/%m/%Y %H:%M}" if language == "fr" else f"{day:%Y-%m-%d %H:%M}",
        ),
        one_line(consultation.summary),
        words["licence"].format(path=LICENCE["path"]),
        words["files"],
        "\n".join(f"- `{file.name}` : {file.title}" for file in contents.files),
        words["votes"],
        "\n".join(_told(one, language) for one in contents.votes) or "–",
        words["not"],
        words["absent"],
        words["few"].format(fewest=FEWEST_VOTERS),
        words["formula"],
        words["sums"],
    ]
    return "\n\n".join(lines) + "\n"


def command_of(votes: PhaseVotes) -> str:
    """How to compute the result of a phase from its files; empty where ballots do not leave."""
    phase = votes.phase
    names = {file.name.rpartition("/")[2] for file in votes.files}
    if not names & {"VOTES.csv", "VOTE.pb"} or phase.kind not in _COMMANDS:
        return ""
    return _COMMANDS[PhaseKind(phase.kind)].format(
        folder=f"{phase.position}-{phase.kind}",
        rule=phase.settings.get("rule", "equal-shares"),
        completion=phase.settings.get("completion", "add1"),
    )


def _told(votes: PhaseVotes, language: Literal["fr", "en"]) -> str:
    words = _WORDS[language]
    if not votes.is_over:
        said = words["running"]
    elif votes.ballots:
        said = words["ballots"]
    else:
        said = words["totals"].format(fewest=FEWEST_VOTERS)
    head = f"- {votes.phase.position}. {one_line(votes.phase.title)} : "
    if votes.is_few:
        return head + words["few_voters"]
    line = head + words["voters"].format(voters=votes.voters) + f" ; {said}"
    command = command_of(votes)
    return f"{line}. {words['again'].format(command=command)}" if command else line


def data_package(contents: Contents, written: Sequence[Written]) -> str:
    """The Data Package of Frictionless, as JSON: https://datapackage.org."""
    consultation = contents.consultation
    document = {
        "profile": "data-package",
        "name": f"consultation-{consultation.code.lower()}",
        "id": str(consultation.reference),
        "title": consultation.title,
        "description": consultation.summary,
        "created": timezone.localtime(contents.made_at).isoformat(timespec="seconds"),
        "licenses": [dict(LICENCE)],
        "contributors": [{"title": consultation.organisation.name, "role": "publisher"}],
        "resources": [_resource(one) for one in written if one.file.name != "datapackage.json"],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _resource(written: Written) -> dict[str, Any]:
    file = written.file
    name = file.name.lower().replace("/", "-").replace(".", "-")
    described = {
        "name": name,
        "path": file.name,
        "title": file.title,
        "encoding": "utf-8",
        "bytes": written.size_bytes,
        "hash": f"sha256:{written.sha256}",
    }
    if not isinstance(file, Table):
        return {**described, "mediatype": file.media_type}
    return {
        **described,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "dialect": {"delimiter": file.delimiter, "lineTerminator": "\n"},
        "schema": {
            "fields": [{"name": name, **COLUMNS[name]} for name in file.columns],
            "missingValues": [""],
        },
    }


def one_line(text: str) -> str:
    """A text that cannot begin a heading, a list or a table of Markdown of its own."""
    return " ".join(text.split()).replace("`", "’").replace("<", "‹").replace(">", "›")
