"""The command line of `parvis analyse`.

Only light modules are imported here: the numerics are loaded once the arguments are known to be
sound, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Final, NoReturn, TextIO

from parvis.analyse.errors import InputError, printable, quote
from parvis.analyse.messages import Language, Message, sentence

ANALYSES: Final = ("composite",)
FORMATS: Final = ("table", "json", "csv")
EXIT_DONE: Final = 0
EXIT_NOT_WRITTEN: Final = 1
EXIT_BAD_INPUT: Final = 2


class _Parser(argparse.ArgumentParser):
    """Options only; argparse's own sentences are in English and say less than ours."""

    def error(self, message: str) -> NoReturn:
        raise InputError(Message.OPTION_MALFORMED)


def main(argv: list[str]) -> int:
    """Run `parvis analyse` with the arguments that follow it; return the exit code.

    0: done; 1: the output could not be written; 2: bad input, told on the standard error.
    """
    language = Language.FRENCH
    try:
        options, positionals = _parse(argv)
        language = Language(_chosen(options.language, "--language", list(Language)))
        output = _run(options, positionals, language)
    except InputError as error:
        reason = error.in_language(language)
        _write(sys.stderr, sentence(Message.PREFIX, language, reason=reason) + "\n")
        return EXIT_BAD_INPUT
    try:
        _write(sys.stdout, output)
    except OSError as error:
        # A reader that went away wants no more of it; a full disk is told.
        if not isinstance(error, BrokenPipeError):
            reason = sentence(Message.OUTPUT_REFUSED, language)
            _write(sys.stderr, sentence(Message.PREFIX, language, reason=reason) + "\n")
        # Python flushes the standard output again at exit: give it somewhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_NOT_WRITTEN
    return EXIT_DONE


def _parse(argv: list[str]) -> tuple[argparse.Namespace, list[str]]:
    # `const` is what an option gets when its value is forgotten.
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("-h", "--help", action="store_true")
    parser.add_argument("--config", nargs="?", const="", default=None)
    parser.add_argument("--format", nargs="?", const="", default=FORMATS[0])
    parser.add_argument("--language", nargs="?", const="", default=Language.FRENCH.value)
    return parser.parse_known_args(argv)


def _run(options: argparse.Namespace, positionals: list[str], language: Language) -> str:
    unknown = [argument for argument in positionals if argument.startswith("-")]
    if unknown:
        raise InputError(Message.OPTION_UNKNOWN, option=quote(unknown[0]))
    if not positionals:
        if options.help:
            return sentence(Message.HELP, language)
        raise InputError(Message.ANALYSIS_NOT_GIVEN, choices=", ".join(ANALYSES))
    analysis, *files = positionals
    if analysis not in ANALYSES:
        raise InputError(
            Message.ANALYSIS_UNKNOWN, name=quote(analysis), choices=", ".join(ANALYSES)
        )
    if options.help:
        return sentence(Message.HELP_COMPOSITE, language)
    output_format = _chosen(options.format, "--format", FORMATS)
    if not files:
        raise InputError(Message.DATA_NOT_GIVEN)
    if len(files) > 1:
        raise InputError(Message.DATA_GIVEN_TWICE, extra=printable(files[1]))
    if options.config is None:
        raise InputError(Message.CONFIG_NOT_GIVEN)
    if not options.config:
        raise InputError(Message.OPTION_WITHOUT_VALUE, option="--config")
    return _composite(files[0], options.config, output_format, language)


def _composite(data: str, configuration: str, output_format: str, language: Language) -> str:
    from parvis.analyse import composite

    items = composite.analyse_composite(data, configuration)
    if output_format == "json":
        return composite.as_json(items)
    if output_format == "csv":
        return composite.as_csv(items)
    return composite.as_table(items, language)


def _chosen(value: str, option: str, choices: tuple[str, ...] | list[Language]) -> str:
    if not value:
        raise InputError(Message.OPTION_WITHOUT_VALUE, option=option)
    if value not in choices:
        raise InputError(
            Message.OPTION_VALUE_UNKNOWN,
            option=option,
            value=quote(value),
            choices=", ".join(choices),
        )
    return value


def _write(stream: TextIO, text: str) -> None:
    """Write in the stream's encoding, escaping what it lacks rather than failing."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
