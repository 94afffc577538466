"""Telling the programs of a body what happens, by the Standard Webhooks convention.

`announce` is all that the rest of the room needs.
"""

from parvis.feedback.webhooks.announcing import announce

__all__ = ["announce"]
