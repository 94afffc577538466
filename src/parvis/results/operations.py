"""Computing scores, publishing them, checking that an old run still gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

import parvis
from parvis.accounts.models import Person
from parvis.editions.enums import WaveState
from parvis.editions.models import Edition, Wave
from parvis.foundation.errors import Conflict, Refusal
from parvis.journal.operations import record
from parvis.mystery_audits.models import Contact
from parvis.mystery_audits.operations.publication import mark_preliminary
from parvis.results import canonical
from parvis.results.comparisons import freeze_comparisons
from parvis.results.inputs import build_input, waves_in_scope
from parvis.results.measures import publish_measures, withdraw_measures
from parvis.results.models import ContactScore, Publication, Run, ScoreSheet
from parvis.results.scoring import UnscorableAnswerError, score
from parvis.results.tasks import announce_publication


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a stored run, computed again from its own input, gives the same bytes.

    `rows_intact`: the rows that pages read say what the result says.
    """

    input_intact: bool
    result_intact: bool
    same_result: bool
    rows_intact: bool

    @property
    def holds(self) -> bool:
        return self.input_intact and self.result_intact and self.same_result and self.rows_intact


def launch_run(*, edition: Edition, wave: Wave | None, by: Person | None) -> Run:
    """Compute the scores of a closed wave, or of the edition with all its waves (`wave` None).

    The run is numbered and frozen with its input and its result. When nothing changed since the
    last run of the same scope, by the same version of the software, that run is returned: pressing
    twice computes once. `by` is None for a command.

    Raises Conflict while a wave in scope is not closed, Refusal when there is nothing to score or
    an answer that cannot be.
    """
    if wave is not None and wave.edition_id != edition.pk:
        raise Refusal(_("Cette vague n’est pas de cette édition."), field="wave")
    # Scores are those of every participant: the hat's own scope would hide the others.
    with scopes_disabled(), transaction.atomic():
        # The lock numbers the runs of an edition one after the other.
        locked = (
            Edition.objects.select_for_update(of=("self",))
            .select_related("grid")
            .get(pk=edition.pk)
        )
        _refuse_open_waves(locked, wave)
        document = build_input(edition=locked, wave=wave)
        if not document["contacts"]:
            raise Refusal(_("Aucune prise de contact validée : il n’y a rien à calculer."))
        content = canonical.canonical_bytes(document)
        input_sha256 = canonical.digest(content)
        last = Run.objects.filter(edition=locked, wave=wave).only(*_LIGHT).first()
        if (
            last is not None
            and last.input_sha256 == input_sha256
            and last.software_version == parvis.__version__
        ):
            return last
        try:
            result = score(document)
        except UnscorableAnswerError as error:
            raise Refusal(
                _(
                    "La prise de contact n° %(contact)d porte une réponse impossible au critère "
                    "%(criterion)s : rien n’a été calculé."
                )
                % {"contact": error.contact, "criterion": error.criterion}
            ) from error
        return _store(
            edition=locked,
            wave=wave,
            by=by,
            input_document=canonical.pack(content),
            input_sha256=input_sha256,
            result=result,
        )


_LIGHT = ("edition_id", "wave_id", "number", "input_sha256", "software_version", "created_at")


def _refuse_open_waves(edition: Edition, wave: Wave | None) -> None:
    waves = list(edition.waves.order_by("number"))
    concerned = waves if wave is None else [item for item in waves if item.pk == wave.pk]
    if not concerned:
        raise Conflict(_("Cette édition n’a pas de vague."))
    waiting = [str(item.number) for item in concerned if item.state != WaveState.CLOSED]
    if wave is not None and waiting:
        raise Conflict(
            _("La vague %(number)s n’est pas close : ses prises de contact changent encore.")
            % {"number": waiting[0]}
        )
    if waiting:
        raise Conflict(
            _("Le score de l’édition réunit toutes les vagues : il reste à clore %(waves)s.")
            % {"waves": ", ".join(_("la vague %s") % number for number in waiting)}
        )


def _store(
    *,
    edition: Edition,
    wave: Wave | None,
    by: Person | None,
    input_document: bytes,
    input_sha256: str,
    result: canonical.Document,
) -> Run:
    content = canonical.canonical_bytes(result)
    last_number = Run.objects.filter(edition=edition).values_list("number", flat=True).first() or 0
    run = Run.objects.create(
        edition=edition,
        number=last_number + 1,
        wave=wave,
        created_by=by,
        software_version=parvis.__version__,
        input_document=input_document,
        input_sha256=input_sha256,
        result_document=canonical.pack(content),
        result_sha256=canonical.digest(content),
        organisation_count=len(result["organisations"]),
        contact_count=len(result["contacts"]),
        overview=result["overview"],
    )
    ScoreSheet.objects.bulk_create(
        [ScoreSheet(run=run, **_sheet_columns(sheet)) for sheet in result["organisations"]],
        batch_size=100,
    )
    ContactScore.objects.bulk_create(
        [
            ContactScore(run=run, contact_id=contact, score_percent=value)
            for contact, value in result["contacts"]
        ],
        batch_size=2000,
    )
    record(
        action="results.run",
        actor_id=by.pk if by else None,
        subject=run,
        edition=edition.pk,
        wave=wave.number if wave else None,
        number=run.number,
        input_sha256=input_sha256,
        result_sha256=run.result_sha256,
    )
    return run


def _sheet_columns(sheet: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of the row of a sheet of a result document."""
    return {
        "organisation_id": sheet["id"],
        "stratum": sheet["stratum"],
        "overall_percent": sheet["overall"]["estimate"],
        "lower_percent": sheet["overall"]["lower"],
        "upper_percent": sheet["overall"]["upper"],
        "contact_count": sheet["contacts"],
        "sheet": sheet,
    }


def verify_run(run: Run) -> Verification:
    """Compute a stored run again, from nothing but its own input, and compare the bytes.

    Pages read the rows of the run, not its result document: they are compared with it too.
    """
    input_content = canonical.unpack(run.input_document)
    stored_result = canonical.unpack(run.result_document)
    again = canonical.canonical_bytes(score(canonical.read(input_content)))
    return Verification(
        input_intact=canonical.digest(input_content) == run.input_sha256,
        result_intact=canonical.digest(stored_result) == run.result_sha256,
        same_result=again == stored_result,
        rows_intact=_rows_intact(run, canonical.read(stored_result)),
    )


def _rows_intact(run: Run, result: canonical.Document) -> bool:
    expected = [_sheet_columns(sheet) for sheet in result["organisations"]]
    names = list(_sheet_columns(result["organisations"][0]))
    with scopes_disabled():
        sheets = ScoreSheet.objects.filter(run=run).order_by("organisation_id").values(*names)
        contacts = dict(
            ContactScore.objects.filter(run=run).values_list("contact_id", "score_percent")
        )
        return (
            list(sheets) == expected
            and contacts == dict(result["contacts"])
            and run.overview == result["overview"]
        )


def result_of(run: Run) -> canonical.Document:
    """The result document of a run: every score and interval."""
    return canonical.read(canonical.unpack(run.result_document))


def current_publication(edition: Edition, wave: Wave | None) -> Publication | None:
    """What participants read now for a wave, or for the whole edition."""
    return Publication.objects.current().filter(edition=edition, wave=wave).first()


def refuse_publication(run: Run) -> None:
    """Raise Conflict when the run is published, or older than what participants already read."""
    if Publication.objects.filter(run=run).exists():
        raise Conflict(_("Les résultats du calcul n° %d sont déjà publiés.") % run.number)
    current = current_publication(run.edition, run.wave)
    if current is not None and current.run.number > run.number:
        raise Conflict(
            _("Le calcul n° %(newer)d, plus récent, est déjà publié à la place de celui-ci.")
            % {"newer": current.run.number}
        )
    _refuse_open_waves(run.edition, run.wave)


def publish(*, run: Run, by: Person | None, base_url: str | None = None) -> Publication:
    """Open a run to its participants, with the means they may see frozen on this day.

    Replaces the current publication of the same scope, whose means are kept: were they computed
    again after a correction, old and new could be subtracted and give away who was corrected. The
    contacts become preliminary results, and the coordinators are told by mail, with links under
    `base_url` (None: nobody is told). An embargo does not stop it: participants read their results
    in confidence; public pages have their own rule (`permissions.public_figures`).

    Raises Conflict as `refuse_publication` does.
    """
    with scopes_disabled(), transaction.atomic():
        edition = Edition.objects.select_for_update().get(pk=run.edition_id)
        refuse_publication(run)
        result = result_of(run)
        replaced = current_publication(edition, run.wave)
        if replaced is None:
            comparisons = freeze_comparisons(
                result["organisations"],
                minimum_peers=edition.minimum_peers,
                minimum_quartile_peers=edition.minimum_quartile_peers,
                frozen_on=edition.day_of(timezone.now()),
            )
        else:
            comparisons = replaced.comparisons
            replaced.superseded_at = timezone.now()
            replaced.save(update_fields=["superseded_at"])
            withdraw_measures(run=replaced.run)
        publication = Publication.objects.create(
            run=run, edition=edition, wave=run.wave, published_by=by, comparisons=comparisons
        )
        mark_preliminary(contacts=Contact.objects.filter(scores__run=run), by=by)
        waves = waves_in_scope(edition, run.wave)
        publish_measures(
            run=run,
            sheets=result["organisations"],
            period_start=min(wave.starts_on for wave in waves),
            period_end=max(wave.ends_on for wave in waves),
        )
        record(
            action="results.published",
            actor_id=by.pk if by else None,
            subject=publication,
            edition=edition.pk,
            run=run.number,
            replaces=replaced.run.number if replaced else None,
            organisations=run.organisation_count,
        )
        if base_url is not None:
            announce_publication.enqueue(publication.pk, base_url)
        return publication


def changes_since_current(run: Run) -> Sequence[Mapping[str, Any]]:
    """Organisations whose overall score a new publication of the scope would change.

    Each with `organisation_id`, `before` and `after` (percent, None: no score), in the order of
    their numbers; empty for a first publication.
    """
    current = current_publication(run.edition, run.wave)
    if current is None:
        return []
    fields = ("organisation_id", "overall_percent")
    before = dict(ScoreSheet.objects.filter(run=current.run_id).values_list(*fields))
    after = dict(ScoreSheet.objects.filter(run=run).values_list(*fields))
    return [
        {"organisation_id": pk, "before": before.get(pk), "after": after.get(pk)}
        for pk in sorted(before.keys() | after.keys())
        if before.get(pk) != after.get(pk)
    ]
