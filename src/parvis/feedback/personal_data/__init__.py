"""What this room holds on people, one module a subject.

Answers hold nobody: no address, no cookie, no account; the number of a visit is drawn for it alone.
"""

from parvis.feedback.personal_data import (  # noqa: F401
    answers_given,
    boards,
    comments,
    devices,
    exchanges,
    exports,
    national,
    questionnaires,
    speech,
)
