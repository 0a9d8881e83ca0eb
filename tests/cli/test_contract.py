"""What holds for every verb: help, exit codes, what goes where, and what is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from recon import __version__
from recon.cli import VERBS, main
from recon.errors import ConfigurationError, IdentityBroken, MalformedFile, Place

ROOT = Path(__file__).parents[2]

AFTER = """
import json, sys
from recon.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def imported(*args):
    done = subprocess.run(
        [sys.executable, "-c", AFTER, *args], capture_output=True, text=True, check=True
    )
    return done.stdout, set(json.loads(done.stderr))


@pytest.mark.parametrize("args", [("--help",), ("match", "--help"), ("--version",), ("policy",)])
def test_help_imports_neither_polars_nor_a_plugin(args):
    out, modules = imported(*args)

    assert out
    assert not modules & {"polars", "dataframely", "numpy", "pluggy", "rich", "rich_click"}
    assert not [name for name in modules if name.startswith(("recon_", "recon.plugins"))]


def verbs():
    context = click.Context(main, info_name="recon")
    for name in VERBS:
        verb = main.get_command(context, name)
        yield (name,), verb
        if isinstance(verb, click.Group):
            yield from (((name, inner), verb.commands[inner]) for inner in verb.commands)


@pytest.mark.parametrize(
    ("path", "verb"),
    list(verbs()),
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_every_verb_says_what_it_does_with_an_example_and_a_line_for_each_option(cli, path, verb):
    assert verb.help
    assert verb.epilog.startswith(f"Example: recon {' '.join(path)[:6]}")
    for option in verb.params:
        if isinstance(option, click.Option):
            assert option.help, f"{path} {option.opts}"
            assert option.help.endswith(".")
    shown = cli(*path, "--help")
    assert shown.exit_code == 0
    assert shown.stderr == ""
    for option in verb.params:
        assert option.opts[0] in shown.stdout or isinstance(option, click.Argument)


def test_the_help_lists_every_verb_in_the_order_of_use(cli):
    listed = [
        line.split()[0]
        for line in cli("--help").stdout.partition("Commands:")[2].splitlines()
        if line.startswith("  ") and line.split()[0] in VERBS
    ]

    assert tuple(listed) == VERBS


def test_a_verb_is_a_file_of_its_name():
    for name in VERBS:
        assert (ROOT / "recon" / "cli" / f"{name.replace('-', '_')}.py").is_file()


@pytest.mark.parametrize("flag", ["--version"])
def test_the_version_is_printed_alone(cli, flag):
    assert cli(flag).stdout == f"{__version__}\n"


@pytest.mark.parametrize(
    "args",
    [
        ["nonsense"],
        ["match"],
        ["read"],
        ["read", "is-not-there.sta"],
        ["policy", "--format", "xml"],
        ["completion", "tcsh"],
        ["eval", "--truth", "is-not-there.csv"],
    ],
)
def test_wrong_usage_is_exit_2_with_nothing_on_stdout(cli, args):
    result = cli(*args)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Usage: recon" in result.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigurationError("the policy is wrong", hint="look at it"), 2),
        (IdentityBroken("1 and 2"), 1),
        (
            MalformedFile(
                "bad record", place=Place("ba\x1b[2Jnk.sta", 3, 7), excerpt=":61:x\x1b[2J"
            ),
            3,
        ),
    ],
)
def test_an_error_is_laid_out_on_stderr_and_gives_its_exit_code(cli, run, inputs, error, code):
    run.error = error
    result = cli("match", *inputs)

    assert result.exit_code == code
    assert result.stdout == ""
    assert result.stderr.endswith(error.render() + "\n")
    assert "\x1b" not in result.stderr


def test_a_bug_of_ours_is_not_dressed_up(cli, run, inputs):
    run.error = ZeroDivisionError("a bug")
    with pytest.raises(ZeroDivisionError):
        cli("match", *inputs)


@pytest.mark.parametrize(
    ("shell", "sign"),
    [("bash", "complete -o"), ("zsh", "#compdef recon"), ("fish", "complete --no-files")],
)
def test_completion_prints_a_script(cli, shell, sign):
    result = cli("completion", shell)

    assert result.exit_code == 0
    assert sign in result.stdout
    assert "_RECON_COMPLETE" in result.stdout


def test_the_completion_script_calls_a_command_that_answers():
    words = {"COMP_WORDS": "recon ma", "COMP_CWORD": "1", "_RECON_COMPLETE": "bash_complete"}
    done = subprocess.run(
        [sys.executable, "-c", "from recon.cli import main; main(prog_name='recon')"],
        env=os.environ | words,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "plain,match\n"


def on_terminal(*args, **variables):
    """Run a command with stdout and stderr on a terminal; give all that it showed."""
    import pty

    near, far = pty.openpty()
    call = "from recon.cli import main; main(prog_name='recon')"
    environment = {name: text for name, text in os.environ.items() if "COLOR" not in name}
    environment |= {"TERM": "xterm-256color", "COLUMNS": "100"} | variables
    process = subprocess.Popen(
        [sys.executable, "-c", call, *args], stdout=far, stderr=far, env=environment
    )
    os.close(far)
    shown = b""
    try:
        while chunk := os.read(near, 65_536):
            shown += chunk
    except OSError:
        pass  # the far end is closed: all has been read
    finally:
        os.close(near)
    process.wait()
    return shown.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_help_is_framed_on_a_terminal_and_without_colour_where_that_is_asked_for():
    shown = on_terminal("read", "--help")
    plain = on_terminal("read", "--help", NO_COLOR="1")

    assert "╭─" in shown
    assert "\x1b[1;36m" in shown
    assert "--policy" in plain
    assert "\x1b[1;36m" not in plain


def test_output_that_the_terminal_cannot_spell_is_escaped_not_a_crash():
    done = subprocess.run(
        [
            sys.executable,
            "-X",
            "utf8=0",
            "-c",
            "from recon.cli import main; main(prog_name='recon')",
            "read",
            "Müller.sta",
        ],
        env=os.environ | {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "does not exist" in done.stderr
