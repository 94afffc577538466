"""Masks what could identify somebody in a free text, before anybody else reads it.

Pure, and linear in the length of the text: no pattern here can backtrack beyond a bounded number
of characters. `mask` gives the text with words in brackets in place of what it hides; `spans`
gives where they are. A moderator reads every text after it: it hides too much rather than too
little, and never pretends to find a name that nothing announces.
"""

from parvis.texts.masking.text import Span, mask, mask_words, spans

__all__ = ["Span", "mask", "mask_words", "spans"]
