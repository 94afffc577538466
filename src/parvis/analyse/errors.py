"""What is refused, and where: every bad input becomes one `InputError`.

It is written for the person at the keyboard: the file, the line, the field, the reason.
"""

from __future__ import annotations

from parvis.analyse.messages import Language, Message, sentence

LONGEST_QUOTE = 60


class InputError(Exception):
    """A file, a field or an option cannot be used.

    The details are the words that the message's sentence needs; user text among them is made safe
    to print by `quote`.
    """

    def __init__(
        self,
        message: Message,
        *,
        file: str | None = None,
        line: int | None = None,
        field: str | None = None,
        **details: object,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.field = field
        self.details = details

    def in_language(self, language: Language) -> str:
        """The place, then the reason, on one line."""
        places = []
        if self.file is not None:
            # A path is never cut: its end is what tells files apart.
            places.append(printable(self.file))
        if self.line is not None:
            places.append(sentence(Message.PLACE_LINE, language, line=self.line))
        if self.field is not None:
            places.append(sentence(Message.PLACE_FIELD, language, field=quote(self.field)))
        reason = sentence(self.message, language, **self.details)
        if not places:
            return reason
        return sentence(Message.AT_PLACE, language, place=", ".join(places), reason=reason)


def printable(text: str) -> str:
    """Replace the characters that a terminal would obey rather than show."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def quote(text: object) -> str:
    """Make text from a file safe to print, and short enough for a sentence."""
    shown = printable(str(text)[: LONGEST_QUOTE + 1])
    return shown if len(shown) <= LONGEST_QUOTE else shown[:LONGEST_QUOTE] + "…"
