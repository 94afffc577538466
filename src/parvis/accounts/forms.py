"""Forms of the account pages."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import (
    AddEmailForm,
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
    SignupForm,
)
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from parvis.accounts.enums import RoleKind
from parvis.accounts.models import Person


class SignInLinkForm(forms.Form):
    email = forms.EmailField(
        label=_("Adresse électronique"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


def say_it_in_labels(form: forms.Form) -> None:
    """Drop the placeholders of allauth: a label stays readable once the field is filled."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class PasswordForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_it_in_labels(self)
        self.fields["login"].label = _("Adresse électronique")
        # The page has its own link for a forgotten password, after the button.
        self.fields["password"].help_text = ""


class RegistrationForm(SignupForm):
    """Sign-up also asks how to address the person."""

    display_name = forms.CharField(
        label=_("Prénom et nom"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["display_name", "email", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_it_in_labels(self)
        self.fields["email"].label = _("Adresse électronique")

    def try_save(self, request: Any) -> tuple[Person | None, Any]:
        """A second click makes no second account: it is answered like a known address."""
        try:
            with transaction.atomic():
                saved: tuple[Person | None, Any] = super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
            saved = super().try_save(request)
        return saved

    def save(self, request: Any) -> Person:
        person: Person = super().save(request)
        person.display_name = self.cleaned_data["display_name"]
        person.language = request.LANGUAGE_CODE[:2]
        person.save(update_fields=["display_name", "language"])
        return person


class SaidInLabels:
    """For the forms of allauth that need nothing else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert isinstance(self, forms.Form)
        say_it_in_labels(self)
        if "email" in self.fields:
            self.fields["email"].label = _("Adresse électronique")
        if "name" in self.fields:
            self.fields["name"].label = _("Nom de la clé")


class AddressForm(SaidInLabels, AddEmailForm):
    pass


class ForgottenPasswordForm(SaidInLabels, ResetPasswordForm):
    pass


class NewPasswordAfterLinkForm(SaidInLabels, ResetPasswordKeyForm):
    pass


class FirstPasswordForm(SaidInLabels, SetPasswordForm):
    pass


class OtherPasswordForm(SaidInLabels, ChangePasswordForm):
    pass


class NewKeyForm(SaidInLabels, AddWebAuthnForm):
    pass


class RenameKeyForm(SaidInLabels, EditWebAuthnForm):
    pass


class ProfileForm(forms.ModelForm):
    language = forms.ChoiceField(
        label=_("Langue des pages et des courriels"), choices=settings.LANGUAGES
    )

    class Meta:
        model = Person
        fields = ["display_name", "language"]
        labels = {"display_name": _("Prénom et nom")}


class StaffInvitationForm(forms.Form):
    email = forms.EmailField(label=_("Adresse électronique"), max_length=254)
    kind = forms.ChoiceField(
        label=_("Rôle"),
        widget=forms.RadioSelect,
        choices=[
            (RoleKind.REVIEWER.value, RoleKind.REVIEWER.label),
            (RoleKind.OPERATOR.value, RoleKind.OPERATOR.label),
        ],
        initial=RoleKind.REVIEWER.value,
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Comment avez-vous vérifié l’identité de cette personne ?"),
        help_text=_("Elle le lit dans le courriel qui la prévient."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
