"""The command line of `parvis analyse`.

Only light modules are imported here: the numerics are loaded once the arguments are known to be
sound, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Final, NoReturn, TextIO

from parvis.analyse.errors import InputError, printable, quote
from parvis.analyse.help_texts import HELP
from parvis.analyse.messages import Language, Message, sentence

if TYPE_CHECKING:
    from parvis.analyse.composite import Item

# Each analysis and the options that are its own.
ANALYSES: Final = {
    "composite": ("config",),
    "opinions": ("moderated", "seed"),
    "budget": ("rule", "completion"),
    "pairs": ("method",),
}
OWN_OPTIONS: Final = tuple(option for options in ANALYSES.values() for option in options)
MODERATED: Final = ("left-out", "as-passes")
RULES: Final = ("equal-shares", "greedy")
COMPLETIONS: Final = ("add1", "greedy", "none")
METHODS: Final = ("bradley-terry", "win-rate")
LARGEST_SEED: Final = 2**32 - 1
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
    for option in OWN_OPTIONS:
        parser.add_argument(f"--{option}", nargs="?", const="", default=None)
    parser.add_argument("--format", nargs="?", const="", default=FORMATS[0])
    parser.add_argument("--language", nargs="?", const="", default=Language.FRENCH.value)
    return parser.parse_known_args(argv)


def _run(options: argparse.Namespace, positionals: list[str], language: Language) -> str:
    unknown = [argument for argument in positionals if argument.startswith("-")]
    if unknown:
        raise InputError(Message.OPTION_UNKNOWN, option=quote(unknown[0]))
    if not positionals:
        if options.help:
            return HELP[language][""]
        raise InputError(Message.ANALYSIS_NOT_GIVEN, choices=", ".join(ANALYSES))
    analysis, *files = positionals
    if analysis not in ANALYSES:
        raise InputError(
            Message.ANALYSIS_UNKNOWN, name=quote(analysis), choices=", ".join(ANALYSES)
        )
    if options.help:
        return HELP[language][analysis]
    for option in OWN_OPTIONS:
        if option not in ANALYSES[analysis] and getattr(options, option) is not None:
            raise InputError(
                Message.OPTION_OF_ANOTHER_ANALYSIS, option=f"--{option}", analysis=analysis
            )
    output_format = _chosen(options.format, "--format", FORMATS)
    if not files:
        raise InputError(Message.DATA_NOT_GIVEN)
    most_files = 2 if analysis == "opinions" else 1
    if len(files) > most_files:
        message = Message.FILES_TOO_MANY if most_files > 1 else Message.DATA_GIVEN_TWICE
        raise InputError(message, extra=printable(files[most_files]))
    runs = {"composite": _composite, "opinions": _opinions, "budget": _budget, "pairs": _pairs}
    run = runs[analysis]
    return run(files, options, output_format, language)


def _composite(
    files: list[str], options: argparse.Namespace, output_format: str, language: Language
) -> str:
    if options.config is None:
        raise InputError(Message.CONFIG_NOT_GIVEN)
    if not options.config:
        raise InputError(Message.OPTION_WITHOUT_VALUE, option="--config")
    from parvis.analyse import composite

    return _ranked(composite.analyse_composite(files[0], options.config), output_format, language)


def _opinions(
    files: list[str], options: argparse.Namespace, output_format: str, language: Language
) -> str:
    moderated = _own_choice(options.moderated, "--moderated", MODERATED)
    seed = options.seed
    if seed is not None and not (seed.isascii() and seed.isdigit() and len(seed) <= 10):
        raise InputError(Message.SEED_INVALID)
    if int(seed or 0) > LARGEST_SEED:
        raise InputError(Message.SEED_INVALID)
    from parvis.analyse import opinions

    found = opinions.analyse_opinions(
        files[0],
        files[1] if len(files) > 1 else None,
        seed=int(seed or 0),
        left_out_as_passes=moderated == "as-passes",
    )
    if output_format == "json":
        return opinions.as_json(found)
    if output_format == "csv":
        return opinions.as_csv(found)
    return opinions.as_table(found, language)


def _budget(
    files: list[str], options: argparse.Namespace, output_format: str, language: Language
) -> str:
    rule = _own_choice(options.rule, "--rule", RULES)
    completion = _own_choice(options.completion, "--completion", COMPLETIONS)
    if rule != "equal-shares" and options.completion is not None:
        raise InputError(Message.COMPLETION_WITHOUT_SHARES)
    from parvis.analyse import budget

    found = budget.analyse_budget(files[0], budget.Rule(rule), budget.Completion(completion))
    if output_format == "json":
        return budget.as_json(found)
    if output_format == "csv":
        return budget.as_csv(found)
    return budget.as_table(found, language)


def _pairs(
    files: list[str], options: argparse.Namespace, output_format: str, language: Language
) -> str:
    method = _own_choice(options.method, "--method", METHODS)
    from parvis.analyse import pairs

    return _ranked(pairs.analyse_pairs(files[0], method), output_format, language)


def _ranked(items: list[Item], output_format: str, language: Language) -> str:
    from parvis.analyse import composite

    if output_format == "json":
        return composite.as_json(items)
    if output_format == "csv":
        return composite.as_csv(items)
    return composite.as_table(items, language)


def _own_choice(value: str | None, option: str, choices: tuple[str, ...]) -> str:
    """The value of an option of one analysis: the first of its choices by default."""
    return choices[0] if value is None else _chosen(value, option, choices)


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
