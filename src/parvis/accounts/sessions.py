"""Sessions in the database, asked only for keys that Django could have drawn.

A cookie is anybody's words: a key holding a null character is an error for PostgreSQL.
"""

from __future__ import annotations

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        # Its type stubs do not know this method of the parent.
        known: bool = super()._validate_session_key(key)  # type: ignore[misc]
        return known and str(key).isascii() and str(key).isalnum()
