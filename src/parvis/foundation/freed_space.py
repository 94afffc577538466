"""What erased rows leave in the files of the database, overwritten or freed."""

from __future__ import annotations

from django.db import OperationalError, connection, models


def wipe_freed_space(*tables: type[models.Model]) -> None:
    """Overwrite or free what erased rows of these tables left; in no transaction.

    On SQLite the write-ahead log is emptied: pages that a transaction under `secure_delete` freed
    are blank in the file itself. PostgreSQL frees the rows, and overwrites them as it needs room.
    Raise `OperationalError` when somebody reads for so long that SQLite cannot.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if cursor.fetchone()[0]:
                raise OperationalError("the write-ahead log is being read: not emptied")
        else:
            cursor.execute(f"VACUUM {', '.join(table._meta.db_table for table in tables)}")
