"""Settings in service: everything from the environment, refused at start when unsafe."""

import re

from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

from parvis.config.settings.base import *  # noqa: F403
from parvis.config.settings.base import PUBLIC_ADDRESS, env

DEBUG = False
SECRET_KEY = env.str("PARVIS_SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("PARVIS_ALLOWED_HOSTS", default=[])

_problems = []
if len(SECRET_KEY) < 50:
    _problems.append(
        "PARVIS_SECRET_KEY : donnez une clé secrète d’au moins 50 caractères tirés au hasard "
        "(par exemple : python3 -c 'import secrets; print(secrets.token_urlsafe(64))')."
    )
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    _problems.append(
        "PARVIS_ALLOWED_HOSTS : donnez le ou les noms de domaine du site, séparés par des virgules "
        "(jamais « * »)."
    )
# Sign-in links are made of it: neither in clear, nor on a name that Parvis does not answer to.
_address = re.fullmatch(r"https://([a-z0-9.-]+)(:\d+)?", PUBLIC_ADDRESS, re.IGNORECASE)
if PUBLIC_ADDRESS and not (_address and validate_host(_address[1], ALLOWED_HOSTS)):
    _problems.append(
        "PARVIS_PUBLIC_ADDRESS : donnez l’adresse du site, en https et sur l’un des noms de "
        "PARVIS_ALLOWED_HOSTS, sans rien derrière (par exemple : https://barometre.exemple.fr)."
    )
if env.bool("PARVIS_DEMO", default=False):
    _problems.append(
        "PARVIS_DEMO : la connexion en un clic de la démonstration est refusée en service."
    )
if env.bool("PARVIS_DEBUG", default=False):
    _problems.append("PARVIS_DEBUG : le mode de mise au point est refusé en service.")
# Other schemes of the library write messages, sign-in links included, to logs or files.
if not env.str("PARVIS_MAIL_URL", default="").startswith("smtp"):
    _problems.append(
        "PARVIS_MAIL_URL : donnez le serveur de courriel "
        "(par exemple : smtp+tls://utilisateur:motdepasse@serveur:587)."
    )
if _problems:
    raise ImproperlyConfigured(
        "Parvis ne démarre pas, sa configuration n’est pas sûre :\n- " + "\n- ".join(_problems)
    )

_mail = env.email("PARVIS_MAIL_URL")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail["EMAIL_HOST"]
EMAIL_PORT = _mail["EMAIL_PORT"]
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20

# Behind a proxy every request seems to come from it: without this, the budgets of one address would
# be shared by everybody, and one attacker would keep all from signing in by password.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PARVIS_TRUSTED_PROXIES", default=1)

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^sante$"]  # the load balancer asks over plain HTTP on the machine
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        # Readable by the web server's own account, unlike evidence.
        "OPTIONS": {"file_permissions_mode": 0o644},
    },
}
