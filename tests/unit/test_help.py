"""Every command says how it is used."""

from collections.abc import Iterator

import pytest
import typer
from typer.testing import CliRunner

from streams.cli import build, outline


def commands(group: object, path: str = "stancewatch") -> Iterator[tuple[str, str]]:
    """The path of each command that does something, and its help."""
    inner = getattr(group, "commands", None)
    if inner is None:
        yield path, f"{getattr(group, 'help', None)}\n{getattr(group, 'epilog', None)}"
        return
    for name, command in inner.items():
        yield from commands(command, f"{path} {name}")


FOUND = dict(commands(typer.main.get_command(build())))


@pytest.mark.parametrize("path", FOUND)
def test_every_command_helps_with_examples_of_itself(path: str) -> None:
    _, _, examples = FOUND[path].partition("Examples:")
    assert path in examples


def test_none_is_left_out() -> None:
    assert {
        "stancewatch demo",
        "stancewatch feeds run",
        "stancewatch alerts test",
        "stancewatch dead replay",
    } <= FOUND.keys()


def test_the_help_of_all_commands_says_of_each_what_its_own_help_says() -> None:
    short, full = (CliRunner().invoke(app, ["--help"], terminal_width=200) for app in (outline(), build()))
    assert short.output == full.output
