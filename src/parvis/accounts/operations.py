"""Roles granted and ended, sign-in links, invitations, departures and erasure."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.departures import end_everything
from parvis.accounts.enums import RoleKind
from parvis.accounts.invitations import grant
from parvis.accounts.models import Invitation, Person, Role, SignInLink
from parvis.accounts.tokens import digest, new_token
from parvis.foundation.erasures import record_erasure
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.mail import queue_mail
from parvis.journal.operations import record

SIGN_IN_LINK_LIFETIME = timedelta(minutes=20)
INVITATION_LIFETIME = timedelta(days=14)


def _absolute(path: str, *, base_url: str) -> str:
    return base_url.rstrip("/") + path


@transaction.atomic
def grant_role(*, person: Person, kind: RoleKind, by: Person | None) -> Role:
    """Make a person operator or reviewer; granting a role already in force changes nothing."""
    role, created = Role.objects.get_or_create(
        person=person, kind=kind.value, ended_at=None, defaults={"granted_by": by}
    )
    if created:
        record(
            action="role.granted",
            actor_id=by.pk if by else None,
            subject=role,
            kind=kind.value,
            person=person.pk,
        )
    return role


def grant_invited_role(invitation: Invitation, person: Person) -> None:
    """Invitation handler of this room."""
    grant_role(person=person, kind=RoleKind(invitation.kind), by=invitation.invited_by)


@transaction.atomic
def end_role(*, role: Role, by: Person | None) -> None:
    """End a role; the last operator of the installation stays."""
    # One lock on all operators: two of them cannot end each other at the same time.
    operators = list(
        Role.objects.select_for_update()
        .filter(kind=RoleKind.OPERATOR, ended_at__isnull=True)
        .order_by("pk")
    )
    if role.kind == RoleKind.OPERATOR and [r.pk for r in operators] == [role.pk]:
        raise Refusal(
            _("C’est le dernier opérateur : nommez-en un autre avant de mettre fin à ce rôle.")
        )
    ended = Role.objects.filter(pk=role.pk, ended_at__isnull=True).update(ended_at=timezone.now())
    if ended:
        record(
            action="role.ended",
            actor_id=by.pk if by else None,
            subject=role,
            kind=role.kind,
            person=role.person_id,
        )


def end_roles_of(person: Person, by: Person | None) -> None:
    """Departure handler of this room."""
    for role in Role.objects.filter(person=person, ended_at__isnull=True):
        end_role(role=role, by=by)


@transaction.atomic
def send_sign_in_link(*, email: str, base_url: str, next_url: str = "") -> None:
    """Mail a link that signs in once; silent when no account bears the address.

    The page that calls this says the same thing in both cases, so nobody learns who has an account.
    """
    person = Person.objects.filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        return
    token, token_sha256 = new_token()
    link = SignInLink.objects.create(
        person=person,
        token_sha256=token_sha256,
        expires_at=timezone.now() + SIGN_IN_LINK_LIFETIME,
    )
    path = reverse("accounts:sign_in_link", args=[token])
    if next_url:
        path += "?" + urlencode({"next": next_url})
    queue_mail(
        to=person.email,
        template="accounts/mail/sign_in_link",
        context={
            "url": _absolute(path, base_url=base_url),
            "minutes": int(SIGN_IN_LINK_LIFETIME.total_seconds() // 60),
        },
        language=person.language,
        key=f"sign-in-link:{link.pk}",
    )


@transaction.atomic
def use_sign_in_link(*, token: str) -> Person:
    """Consume a link and return whom it signs in; a link serves once."""
    refused = Refusal(
        _("Ce lien a déjà servi ou a expiré. Demandez-en un nouveau, il arrive en un instant.")
    )
    link = SignInLink.objects.select_related("person").filter(token_sha256=digest(token)).first()
    if link is None or not link.person.is_active:
        raise refused
    now = timezone.now()
    used = SignInLink.objects.filter(pk=link.pk, used_at__isnull=True, expires_at__gt=now).update(
        used_at=now
    )
    if not used:
        raise refused
    _address_is_proved(link.person)
    record(action="person.signed_in_by_link", actor_id=link.person.pk, subject=link.person)
    return link.person


def _address_is_proved(person: Person) -> None:
    """Whoever followed a link sent to an address holds that address."""
    EmailAddress.objects.update_or_create(
        user=person, email=person.email, defaults={"verified": True, "primary": True}
    )


def invite(*, email: str, kind: RoleKind, by: Person, base_url: str, offer: str = "") -> Invitation:
    """Offer a role by mail. A second invitation to the same role replaces the first.

    `offer` says in words what is offered, where the name of the role does not say it all.
    """
    email = email.strip().lower()
    token, token_sha256 = new_token()
    try:
        with transaction.atomic():
            Invitation.objects.filter(
                email=email, kind=kind.value, accepted_at__isnull=True, revoked_at__isnull=True
            ).update(revoked_at=timezone.now())
            invitation = Invitation.objects.create(
                email=email,
                kind=kind.value,
                token_sha256=token_sha256,
                invited_by=by,
                expires_at=timezone.now() + INVITATION_LIFETIME,
            )
            queue_mail(
                to=email,
                template="accounts/mail/invitation",
                context={
                    "role": offer or str(kind.label),
                    "operator_name": settings.OPERATOR_NAME,
                    "url": _absolute(
                        reverse("accounts:invitation", args=[token]), base_url=base_url
                    ),
                    "days": INVITATION_LIFETIME.days,
                },
                language="fr",
                key=f"invitation:{invitation.pk}",
            )
            record(action="invitation.sent", actor_id=by.pk, subject=invitation, kind=kind.value)
    except IntegrityError as error:
        raise Conflict(
            _("Une invitation à ce rôle vient déjà de partir vers cette adresse."), field="email"
        ) from error
    return invitation


def access_invitation(token: str) -> Invitation:
    """The pending invitation of a link, or a refusal that says what to do."""
    invitation = Invitation.objects.filter(token_sha256=digest(token)).first()
    if invitation is None or not invitation.is_pending:
        raise Refusal(
            _("Cette invitation a déjà servi, a expiré ou a été remplacée. Demandez-en une autre.")
        )
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, signed_in: Person | None) -> Person:
    """Grant what was offered to whoever holds the address; create their account if need be."""
    invitation = access_invitation(token)
    person = _holder_of(invitation.email)
    if signed_in is not None and signed_in != person:
        raise Conflict(
            _("Vous êtes connecté avec une autre adresse : déconnectez-vous, puis rouvrez le lien.")
        )
    now = timezone.now()
    accepted = Invitation.objects.filter(
        pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now
    ).update(accepted_at=now)
    if not accepted:
        raise Conflict(_("Cette invitation vient d’être acceptée."))
    if person is None:
        person = _new_account(invitation.email)
    Invitation.objects.filter(pk=invitation.pk).update(accepted_by=person)
    if person.email == invitation.email:
        _address_is_proved(person)
    grant(invitation, person)
    record(
        action="invitation.accepted",
        actor_id=person.pk,
        subject=invitation,
        kind=invitation.kind,
    )
    return person


def _holder_of(email: str) -> Person | None:
    """Whose account bears the address, or has proved it as a second one."""
    person = Person.objects.filter(email=email).first()
    if person is None:
        proved = EmailAddress.objects.filter(email=email, verified=True).select_related("user")
        person = next((address.user for address in proved), None)
    return person


def _new_account(email: str) -> Person:
    """An account without a password."""
    try:
        with transaction.atomic():
            return Person.objects.create_user(email)
    except IntegrityError:  # made at the same moment: by another invitation, or by signing up
        return Person.objects.get(email=email)


@transaction.atomic
def reset_second_factor(*, person: Person, by: Person | None, reason: str) -> None:
    """Remove a lost second factor, sign the person out everywhere, and tell them by mail.

    `reason` says how it was made sure who asked; the person reads it, and can contradict it.
    Nobody resets their own: whoever stole an open session would remove the lock.
    """
    if by is not None and by.pk == person.pk:
        raise Refusal(_("Demandez à un autre opérateur de retirer votre second facteur."))
    if not reason.strip():
        raise Refusal(_("Indiquez comment vous avez vérifié l’identité."), field="reason")
    removed, _rows = Authenticator.objects.filter(user=person).delete()
    end_sessions(person)
    entry = record(
        action="second_factor.reset",
        actor_id=by.pk if by else None,
        subject=person,
        removed=removed,
    )
    queue_mail(
        to=person.email,
        template="accounts/mail/second_factor_reset",
        context={"operator_email": settings.OPERATOR_EMAIL, "reason": " ".join(reason.split())},
        language=person.language,
        key=f"second-factor-reset:{entry.pk}",
    )


def on_second_factor_added(*, request: HttpRequest, user: Person, **kwargs: object) -> None:
    """Called by django-allauth: sessions older than the first second factor never gave it."""
    given = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    if given.count() == 1:
        end_sessions(user, but=request.session.session_key)


def end_sessions(person: Person, *, but: str | None = None) -> None:
    """Sign a person out of every device, except from the session whose key is `but`."""
    current = Session.objects.filter(expire_date__gte=timezone.now()).exclude(session_key=but or "")
    for session in current.iterator():
        if session.get_decoded().get("_auth_user_id") == str(person.pk):
            session.delete()


@transaction.atomic
def leave(*, person: Person, by: Person | None) -> None:
    """End everything a person may do; their past acts stay, under their number."""
    end_everything(person, by)
    end_sessions(person)
    record(action="person.left", actor_id=by.pk if by else None, subject=person)


@transaction.atomic
def erase_person(*, person: Person, by: Person | None) -> None:
    """Replace an identity by a pseudonym; what the person did stays in the journal, nameless."""
    if person.erased_at is not None:
        return
    leave(person=person, by=by)
    EmailAddress.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()
    SignInLink.objects.filter(person=person).delete()
    Invitation.objects.filter(email=person.email).update(email=f"efface-{person.pk}@parvis.invalid")
    person.email = f"efface-{person.pk}@parvis.invalid"
    person.display_name = ""
    person.is_active = False
    person.erased_at = timezone.now()
    person.set_unusable_password()
    person.save()
    record_erasure(kind="accounts.Person", subject_id=person.pk)
    record(action="person.erased", actor_id=by.pk if by else None, subject=person)


def erase_person_again(subject_id: int) -> None:
    """Re-apply an erasure after a restore brought the identity back."""
    person = Person.objects.filter(pk=subject_id).first()
    if person is not None:
        erase_person(person=person, by=None)


def purge_spent_links(now: datetime, dry_run: bool) -> int:
    """Delete sign-in links a day after they expired; return how many."""
    spent = SignInLink.objects.filter(expires_at__lt=now - timedelta(days=1))
    if dry_run:
        return spent.count()
    return spent.delete()[0]


def purge_old_invitations(now: datetime, dry_run: bool) -> int:
    """Blank the address of invitations a year after they were sent; return how many."""
    old = Invitation.objects.filter(created_at__lt=now - timedelta(days=365)).exclude(
        email__startswith="efface-"
    )
    if dry_run:
        return old.count()
    count = 0
    for invitation in old:
        invitation.email = f"efface-invitation-{invitation.pk}@parvis.invalid"
        invitation.revoked_at = invitation.revoked_at or now
        invitation.save(update_fields=["email", "revoked_at"])
        count += 1
    return count


def purge_ended_sessions(now: datetime, dry_run: bool) -> int:
    """Delete sessions a day after they ended; return how many."""
    ended = Session.objects.filter(expire_date__lt=now - timedelta(days=1))
    if dry_run:
        return ended.count()
    return ended.delete()[0]
