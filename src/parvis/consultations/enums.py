"""The words of a consultation that the software reasons about."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Template(models.TextChoices):
    """What a coordinator starts from; phases may then be added and arranged at will."""

    IDEAS = "ideas", _("Appel à idées")
    PROJECT = "project", _("Avis sur un projet")
    OPINIONS = "opinions", _("Débat d’opinions")
    PAIRS = "pairs", _("Priorités par paires")
    BUDGET = "budget", _("Budget participatif")


class ConsultationState(models.TextChoices):
    DRAFT = "draft", _("En préparation")
    OPEN = "open", _("Ouverte")
    CLOSED = "closed", _("Close, résultat à publier")
    PUBLISHED = "published", _("Résultat publié")


CONSULTATION_TRANSITIONS: dict[str, frozenset[str]] = {
    ConsultationState.DRAFT: frozenset({ConsultationState.OPEN}),
    ConsultationState.OPEN: frozenset({ConsultationState.CLOSED}),
    ConsultationState.CLOSED: frozenset({ConsultationState.PUBLISHED}),
    ConsultationState.PUBLISHED: frozenset(),
}


class Admission(models.TextChoices):
    OPEN = "open", _("Ouverte à tous, sans vérification")
    VERIFIED = "verified", _("Une personne, une voix : chacun est vérifié une fois")


class Proof(models.TextChoices):
    """How a person is verified, once, without an account and without any identity document."""

    DEVICE = "device", _("Appareil, sans vérification")
    MAIL = "mail", _("Lien reçu par courriel")
    CODE = "code", _("Code imprimé, reçu par courrier")
    ROLL = "roll", _("Liste locale")
    OIDC = "oidc", _("Fournisseur d’identité")
    PAPER = "paper", _("Bulletin papier")
    IMPORTED = "imported", _("Repris d’une autre plateforme")


class ModerationMoment(models.TextChoices):
    BEFORE = "before", _("Avant publication")
    AFTER = "after", _("Après publication")


class PhaseKind(models.TextChoices):
    """What happens in a phase. The budget of domain §8 has six: three of them only inform."""

    STRUCTURING = "structuring", _("Préparation")
    IDEAS = "ideas", _("Idées")
    ADMISSIBILITY = "admissibility", _("Étude de recevabilité")
    PROJECT = "project", _("Avis sur un projet")
    OPINIONS = "opinions", _("Opinions")
    PAIRS = "pairs", _("Comparaisons par paires")
    BUDGET = "budget", _("Campagne et vote du budget")
    DELIVERY = "delivery", _("Réalisation")
    EVALUATION = "evaluation", _("Évaluation")


# Phases in which citizens write or vote; the others inform.
INTERACTIVE = frozenset(
    {
        PhaseKind.IDEAS,
        PhaseKind.PROJECT,
        PhaseKind.OPINIONS,
        PhaseKind.PAIRS,
        PhaseKind.BUDGET,
        PhaseKind.EVALUATION,
    }
)


class ContributionKind(models.TextChoices):
    """What a text is. Some are written by the team only, none is anything but text until read."""

    IDEA = "idea", _("Idée")
    STATEMENT = "statement", _("Affirmation")
    ITEM = "item", _("Sujet à comparer")
    CRITERION = "criterion", _("Critère")
    PROJECT = "project", _("Projet chiffré")
    ARGUMENT_FOR = "for", _("Argument pour")
    ARGUMENT_AGAINST = "against", _("Argument contre")
    CONDITION = "condition", _("Condition")
    COMMENT = "comment", _("Commentaire")


class ContributionState(models.TextChoices):
    DRAFT = "draft", _("Brouillon")
    WAITING = "waiting", _("En attente de lecture")
    PUBLISHED = "published", _("Publiée")
    REFUSED = "refused", _("Refusée")
    APPEALED = "appealed", _("Refus contesté")
    WITHDRAWN = "withdrawn", _("Retirée par son auteur")
    MERGED = "merged", _("Fusionnée")
    SPLIT = "split", _("Scindée")


CONTRIBUTION_TRANSITIONS: dict[str, frozenset[str]] = {
    ContributionState.DRAFT: frozenset(
        {ContributionState.WAITING, ContributionState.PUBLISHED, ContributionState.WITHDRAWN}
    ),
    ContributionState.WAITING: frozenset(
        {ContributionState.PUBLISHED, ContributionState.REFUSED, ContributionState.WITHDRAWN}
    ),
    # Changed by its author, it waits again where what is written is read first.
    ContributionState.PUBLISHED: frozenset(
        {
            ContributionState.WAITING,
            ContributionState.REFUSED,
            ContributionState.WITHDRAWN,
            ContributionState.MERGED,
            ContributionState.SPLIT,
        }
    ),
    ContributionState.REFUSED: frozenset(
        {ContributionState.APPEALED, ContributionState.PUBLISHED, ContributionState.WITHDRAWN}
    ),
    # The appeal is decided by another moderator: published again, or refused for good.
    ContributionState.APPEALED: frozenset(
        {ContributionState.PUBLISHED, ContributionState.REFUSED, ContributionState.WITHDRAWN}
    ),
    ContributionState.WITHDRAWN: frozenset(),
    ContributionState.MERGED: frozenset({ContributionState.PUBLISHED}),
    ContributionState.SPLIT: frozenset({ContributionState.PUBLISHED}),
}


class ModerationReason(models.TextChoices):
    """The published charter: why a contribution may be refused, and nothing else."""

    OFF_TOPIC = "off_topic", _("Hors du sujet de la consultation")
    ABUSE = "abuse", _("Injure, menace ou attaque contre une personne")
    HATE = "hate", _("Propos haineux ou discriminatoire")
    PERSONAL_DATA = "personal_data", _("Donnée personnelle d’une autre personne")
    ADVERTISING = "advertising", _("Publicité ou démarchage")
    PROPAGANDA = "propaganda", _("Propagande électorale")
    UNREADABLE = "unreadable", _("Texte incompréhensible ou vide")
    DUPLICATE = "duplicate", _("Même texte, déjà déposé par la même personne")
    ILLEGAL = "illegal", _("Contenu interdit par la loi")


class ModerationAct(models.TextChoices):
    PUBLISHED = "published", _("Publiée")
    REFUSED = "refused", _("Refusée")
    APPEALED = "appealed", _("Refus contesté par l’auteur")
    UPHELD = "upheld", _("Refus maintenu après recours")
    REVERSED = "reversed", _("Publiée après recours")
    WITHDRAWN = "withdrawn", _("Retirée par l’auteur")
    EDITED = "edited", _("Modifiée par l’auteur")
    MERGED = "merged", _("Fusionnée")
    SPLIT = "split", _("Scindée")
    RESTORED = "restored", _("Rétablie")


class TeamRole(models.TextChoices):
    """What a member of the team may do, beside the coordinators, who may everything."""

    MODERATOR = "moderator", _("Modération")
    PAPER = "paper", _("Saisie des contributions et bulletins papier")
    ANSWERS = "answers", _("Réponses et jalons")


class VoteKind(models.TextChoices):
    SUPPORT = "support", _("Soutien")
    OPINION = "opinion", _("Opinion")
    PREFERENCE = "preference", _("Préférence")
    JUDGEMENT = "judgement", _("Note d’un critère")
    ALLOCATION = "allocation", _("Part d’un budget")


# Votes of a phase are cut from those who gave them when it closes. A support is no ballot: it stays
# theirs, to be asked about when an idea is merged or split, until the consultation closes.
BALLOT_KINDS = frozenset(
    {VoteKind.OPINION, VoteKind.PREFERENCE, VoteKind.JUDGEMENT, VoteKind.ALLOCATION}
)


class MoveState(models.TextChoices):
    ASKED = "asked", _("Accord demandé")
    ACCEPTED = "accepted", _("Accepté")
    REFUSED = "refused", _("Refusé")


class SheetState(models.TextChoices):
    WAITING = "waiting", _("À saisir une seconde fois")
    DIFFERS = "differs", _("Les deux saisies diffèrent")
    AGREED = "agreed", _("À compter")
    COUNTED = "counted", _("Comptée")
    PARTLY = "partly", _("Comptée en partie")
    UNCOUNTED = "uncounted", _("Rien n’a pu être compté")
    VOID = "void", _("Nulle")


class VoidReason(models.TextChoices):
    """Why a sheet is void, as both who key it read it."""

    BLANK = "blank", _("Blanche")
    UNREADABLE = "unreadable", _("Illisible")
    RULE = "rule", _("Contre la règle inscrite dessus")
    # Where sheets say whose they are.
    UNKNOWN = "unknown", _("Sans code ni nom reconnu")
    OTHER = "other", _("Autre motif")


class LeftOut(models.TextChoices):
    """Why an answer of a sheet is not counted, in words that follow what it is about."""

    REFUSED = "refused", _("refusé depuis par la modération")
    WITHDRAWN = "withdrawn", _("retiré depuis")
    MERGED = "merged", _("réuni à un autre depuis")
    SPLIT = "split", _("scindé depuis")
    WAITING = "waiting", _("en cours de relecture")
    GONE = "gone", _("introuvable")
    # One person, one voice.
    ONLINE = "online", _("cette personne a voté en ligne")
    SAID = "said", _("déjà soutenu par cette personne")
    TWICE = "twice", _("cette personne a déjà une feuille comptée")
    UNKNOWN = "unknown", _("le code ou le nom a été annulé depuis")
    ERASED = "erased", _("cette personne a fait effacer ses données")


class Verdict(models.TextChoices):
    """The official answer."""

    RETAINED = "retained", _("Retenue")
    STUDIED = "studied", _("À l’étude")
    REFUSED = "refused", _("Non retenue")


class NoticeKind(models.TextChoices):
    """What a participant is told, grouped in a digest."""

    PUBLISHED = "published", _("Votre contribution est publiée")
    REFUSED = "refused", _("Votre contribution n’est pas publiée")
    APPEAL_DECIDED = "appeal_decided", _("Votre recours est tranché")
    MOVE_ASKED = "move_asked", _("Votre accord est demandé")
    ANSWERED = "answered", _("Une réponse officielle est publiée")
    MERGED = "merged", _("Votre contribution est réunie avec d’autres")
    SPLIT = "split", _("Votre contribution est scindée")
    RESTORED = "restored", _("Votre contribution est rétablie")
    MILESTONE = "milestone", _("Un jalon est atteint")
    PHASE_OPENS = "phase_opens", _("Une étape commence")
    RESULT = "result", _("Le résultat est publié")
