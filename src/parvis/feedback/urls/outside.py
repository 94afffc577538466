"""What leaves the house: exports, open data, keys of the API, webhooks."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.feedback.views import exchanges, exports, open_data

_EXPORTS = "ecoute/exports/"
_DATA = "ecoute/donnees-ouvertes/"
_API = "ecoute/api/"
_WEBHOOKS = "ecoute/webhooks/"

urlpatterns: list[URLPattern] = [
    path(_EXPORTS, exports.exports, name="exports"),
    path(
        f"{_EXPORTS}comptes-par-jour.csv",
        exports.counts_file,
        {"period": "jour"},
        name="day_counts_file",
    ),
    path(
        f"{_EXPORTS}comptes-par-mois.csv",
        exports.counts_file,
        {"period": "mois"},
        name="month_counts_file",
    ),
    path(f"{_EXPORTS}<int:number>/fichier", exports.export_file, name="export_file"),
    path(f"{_EXPORTS}<int:number>/reprendre/", exports.resume, name="resume_export"),
    path(f"{_EXPORTS}<int:number>/retirer/", exports.remove, name="remove_export"),
    path(_DATA, open_data.open_data, name="open_data"),
    path(f"{_DATA}publier/", open_data.publish, name="publish_open_data"),
    path(f"{_DATA}retirer/", open_data.withdraw, name="withdraw_open_data"),
    path(f"{_DATA}<int:organisation>/", open_data.public_data, name="public_data"),
    path(f"{_DATA}<int:organisation>/comptes.csv", open_data.public_csv, name="public_csv"),
    path(
        f"{_DATA}<int:organisation>/datapackage.json",
        open_data.public_package,
        name="public_package",
    ),
    path(f"{_DATA}<int:organisation>/schema.json", open_data.public_schema, name="public_schema"),
    path(_API, exchanges.api_keys, name="api_keys"),
    path(f"{_API}<int:number>/revoquer/", exchanges.revoke_api_key, name="revoke_api_key"),
    path(_WEBHOOKS, exchanges.webhooks, name="webhooks"),
    path(f"{_WEBHOOKS}<int:number>/", exchanges.webhook, name="webhook"),
    path(f"{_WEBHOOKS}<int:number>/essai/", exchanges.test_webhook, name="test_webhook"),
    path(f"{_WEBHOOKS}<int:number>/remettre/", exchanges.enable_webhook, name="enable_webhook"),
    path(
        f"{_WEBHOOKS}<int:number>/secret/",
        exchanges.rotate_webhook_secret,
        name="rotate_webhook_secret",
    ),
    path(f"{_WEBHOOKS}<int:number>/retirer/", exchanges.remove_webhook, name="remove_webhook"),
]
