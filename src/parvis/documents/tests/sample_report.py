"""A plausible French report on an invented town, for the tests and as a model of each field."""

from datetime import UTC, datetime

from parvis.documents.charts import DotStripWords, IntervalRow, IntervalWords, Position
from parvis.documents.participant_report import (
    ContactLine,
    CriterionScore,
    Fingerprint,
    Notice,
    OutcomeSign,
    OverallScore,
    ParticipantReport,
    ReportLabels,
    ReportTable,
    ScoreSection,
    Spread,
)

LABELS = ReportLabels(
    certain="Ce qui est certain",
    overall="Score d’ensemble",
    channels="Vos résultats par canal",
    journey="Le parcours de l’usager",
    stages="Par étape",
    determinants="Par déterminant",
    strongest="Vos critères les plus solides",
    weakest="Vos critères à travailler",
    no_criterion="Aucun critère ne se détache.",
    contacts="Vos prises de contact",
    contact_channel="Canal",
    contact_request="Demande",
    contact_sent="Envoyée",
    contact_outcome="Réponse",
    contact_score="Score",
    no_contact="Aucune prise de contact n’a pu être validée.",
    traceability="Traçabilité",
)


def words(label_header: str) -> IntervalWords:
    return IntervalWords(
        label_header=label_header,
        value_header="Vous",
        interval_header="Intervalle",
        reference_header="Moyenne",
        position_header="Écart",
        value_sign="votre score",
        interval_sign="ce qui est possible à 95 %",
        reference_sign="moyenne des participants",
        outside_sign="hors de l’attendu",
        above="▲ au-dessus",
        below="▼ en dessous",
        missing="non évalué",
    )


REQUESTS = (
    ("Téléphone", "Horaires de la piscine municipale", "décroché en 3 sonneries", 81),
    ("Courriel", "Inscription à la cantine scolaire", "en 9 h ouvrées", 92),
    ("Courrier", "Copie intégrale d’acte de naissance", "sans réponse à 15 jours", 0),
    ("Téléphone", "Renouvellement d’une carte d’identité", "décroché en 2 sonneries", 77),
    ("Courriel", "Demande de place en crèche", "en 2 jours ouvrés", 71),
    ("Téléphone", "Ramassage des encombrants", "sans réponse à 8 sonneries", 12),
)


def contacts(count: int) -> tuple[ContactLine, ...]:
    return tuple(
        ContactLine(
            channel=channel,
            request=request,
            sent=f"mar. {index % 27 + 1} févr., 10 h 12",
            outcome=outcome,
            sign=OutcomeSign.MISSED if score < 50 else OutcomeSign.MET,
            score_percent=score,
        )
        for index in range(count)
        for channel, request, outcome, score in [REQUESTS[index % len(REQUESTS)]]
    )


CHANNELS = ScoreSection(
    finding="Le courriel tire votre score, le courrier le freine",
    description=(
        "Scores de 0 à 100 sur chaque canal, avec leur intervalle de confiance à 95 %, à côté "
        "de la moyenne des participants de votre strate."
    ),
    rows=(
        IntervalRow("Téléphone", 71.6, 60.2, 83, 74.1),
        IntervalRow("Courriel et formulaire", 79.3, 70, 88.6, 66.4, Position.ABOVE),
        IntervalRow("Site internet", 66, 57.4, 74.6, 70.2),
        IntervalRow("Courrier postal", 33.1, 16, 50.2, 56, Position.BELOW),
        IntervalRow("Réseaux sociaux", 70, 41, 99, 68.5),
        IntervalRow("Visite sur place", None),
    ),
    words=words("Canal"),
)
STAGES = ScoreSection(
    finding="L’accès est votre point fort",
    description="Scores de 0 à 100 à chaque étape du parcours.",
    rows=(
        IntervalRow("Accès", 81, 74, 88, 72, Position.ABOVE),
        IntervalRow("Information et orientation", 69, 60, 78, 67),
        IntervalRow("Traitement de la demande", 61, 52, 70, 63),
        IntervalRow("Réclamations", 44, 26, 62, 52),
    ),
    words=words("Étape"),
)
DETERMINANTS = ScoreSection(
    finding="La courtoisie est là, la réactivité à confirmer",
    description="Scores de 0 à 100 pour chaque déterminant de la satisfaction.",
    rows=(
        IntervalRow("Accessibilité", 78, 70, 86, 71),
        IntervalRow("Réactivité", 58, 47, 69, 63),
        IntervalRow("Courtoisie", 86, 80, 92, 81),
        IntervalRow("Personnalisation", 55, 44, 66, 57),
        IntervalRow("Attente", 74, 62, 86, 70),
        IntervalRow("Qualité de la réponse", 67, 58, 76, 66),
        IntervalRow("Transfert", 62, 45, 79, 60),
        IntervalRow("Réclamations", 44, 26, 62, 52),
    ),
    words=words("Déterminant"),
)


def sample_report(contact_count: int = 24, **changes: object) -> ParticipantReport:
    values: dict[str, object] = {
        "language": "fr",
        "made_at": datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        "author": "Parvis",
        "title": "Ville de Sainte-Marie-des-Prés : résultats de la vague 1",
        "organisation": "Ville de Sainte-Marie-des-Prés",
        "edition": "Baromètre de l’accueil 2026",
        "wave": "vague 1",
        "stratum": "Communes de 10 000 à 19 999 habitants, 41 participants",
        "simulation": "Simulation : organisme fictif",
        "certain": (
            "Vos réponses aux courriels sont au-dessus de ce qu’on attend d’une ville de votre "
            "taille. Le courrier postal est en dessous.",
            "Pour le reste, vos résultats ne se distinguent pas de ceux des autres participants.",
        ),
        "overall": OverallScore(
            value_percent=68.2,
            scale="sur 100",
            sentences=(
                "Entre 62 et 74, avec une confiance de 95 %.",
                "Moyenne des participants : 64. Moyenne de votre strate : 66.",
            ),
            facts=("Rang possible : 6e à 29e sur 41", "24 prises de contact"),
        ),
        "spread": Spread(
            finding="Votre score se situe parmi ceux de votre strate",
            description="Un point par participant de votre strate, à deux points près.",
            others_percent=tuple(45 + (index * 17) % 41 for index in range(40)),
            own_percent=68.2,
            words=DotStripWords(
                "Score", "Participants", "Vous", "un autre participant", "vous", "Vous"
            ),
        ),
        "channels": CHANNELS,
        "reply_times": ReportTable(
            title="Vos délais de réponse",
            note="Heures ouvrées, de 9 h à 17 h. Un accusé de réception n’est pas une réponse.",
            headers=("Canal", "Envois", "Réponses", "Délai médian", "Dans le délai fixé"),
            rows=(
                ("Courriel et formulaire", "6", "6", "11 h", "6 sur 6 (61–100 %)"),
                ("Courrier postal", "3", "1", "74 h", "1 sur 3 (6–79 %)"),
                ("Réseaux sociaux", "2", "2", "5 h", "2 sur 2 (34–100 %)"),
            ),
        ),
        "stages": STAGES,
        "determinants": DETERMINANTS,
        "strongest": (
            CriterionScore("Formule de salutation et ton courtois", "courriel", 100, 88, 100),
            CriterionScore("Décroché avant cinq sonneries", "téléphone", 96, 84, 99),
            CriterionScore("Horaires d’ouverture exacts et à jour", "site internet", 94, 70, 100),
            CriterionScore("Réponse complète dès le premier échange", "courriel", 92, 73, 98),
        ),
        "weakest": (
            CriterionScore("Réponse ou accusé dans les quinze jours ouvrés", "courrier", 0, 0, 28),
            CriterionScore("Interlocuteur nommé dans la réponse", "courrier", 17, 4, 47),
            CriterionScore("Voies de réclamation indiquées", "site internet", 25, 6, 61),
            CriterionScore("Déclaration d’accessibilité à jour", "site internet", 33, 9, 70),
        ),
        "contacts": contacts(contact_count),
        "reading": Notice(
            "Comment lire ce rapport",
            (
                "Chaque score va de 0 à 100. La bande qui l’entoure montre ce qui reste possible "
                "compte tenu du petit nombre de prises de contact : deux scores dont les bandes se "
                "recouvrent largement ne sont pas vraiment différents.",
                "La moyenne est celle des participants, qui sont tous volontaires.",
            ),
        ),
        "notices": (
            Notice(
                "Méthode",
                (
                    "Des citoyens-mystère ont adressé à vos services des demandes ordinaires, "
                    "réparties sur la période. Chaque prise de contact a été relue. Le score "
                    "d’ensemble pondère téléphone 30, courriel 30, site 25, courrier 15.",
                ),
            ),
            Notice(
                "Limites",
                (
                    "Peu de prises de contact par canal : lisez les intervalles avant les scores. "
                    "Les participants sont volontaires, leur moyenne n’est pas celle de toutes "
                    "les collectivités.",
                ),
            ),
            Notice(
                "Confidentialité",
                (
                    "Ce rapport ne permet d’identifier le score d’aucun autre participant. "
                    "Document administratif, il peut être communiqué à qui en fait la demande.",
                ),
            ),
        ),
        "run": "Calcul no 12 du 2 mars 2026",
        "fingerprints": (
            Fingerprint("Données (SHA-256)", "9f2b" * 16),
            Fingerprint("Résultats (SHA-256)", "41c7" * 16),
        ),
        "labels": LABELS,
    }
    return ParticipantReport(**(values | changes))  # type: ignore[arg-type]
