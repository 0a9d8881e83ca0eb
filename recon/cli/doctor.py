"""`recon doctor`: is this environment fit to run?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, NamedTuple

import click
from click.exceptions import Exit

from recon import __version__
from recon.cli.options import format_option
from recon.cli.output import write_frame
from recon.cli.progress import under_way
from recon.cli.verb import Verb

if TYPE_CHECKING:
    from collections.abc import Iterator

OURS: Final = "cashrecon"
OLDEST_PYTHON: Final = (3, 11)

# Distributions of other people that bring an import package or a command of our names.
SHADOWING: Final = {
    "recon": "brings another package named recon",
    "recon-cli": "brings another package and another command named recon",
}
PROGRAMS: Final = {
    "hledger": "checks the journals of the ledger hledger",
    "ledger": "checks the journals of the ledger ledger-cli",
    "bean-check": "checks the files of the ledger beancount",
}


class Finding(NamedTuple):
    """What one check found; the state is ok, absent, warning or failed."""

    check: str
    state: str
    detail: str


@click.command("doctor", cls=Verb, epilog="Example: recon doctor --format json")
@format_option()
def command(how: str) -> None:
    """Check whether this environment is fit to run.

    Looked at are versions, plugins, packages that shadow ours, and the terminal. Exit 1 on a failure.
    """
    import polars as pl

    findings = [*check_python(), *check_packages(), *check_clashes(), *check_plugins()]
    findings += [*check_terminal(), *check_programs()]
    schema = dict.fromkeys(Finding._fields, pl.String)
    write_frame(pl.DataFrame(findings, schema=schema, orient="row"), how)
    if any(finding.state == "failed" for finding in findings):
        raise Exit(1)


def version_of(name: str) -> str | None:
    """Give the version of an installed distribution, or None."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        return distribution(name).version
    except PackageNotFoundError:
        return None


def check_python() -> Iterator[Finding]:
    """Check the interpreter and our own version."""
    import platform

    state = "ok" if sys.version_info >= OLDEST_PYTHON else "failed"
    yield Finding("python", state, f"{platform.python_version()} on {platform.system()}")
    installed = version_of(OURS)
    if installed == __version__:
        yield Finding(OURS, "ok", installed)
    else:
        detail = f"the code is {__version__}, the installed distribution is {installed}"
        yield Finding(OURS, "failed", detail)


def check_packages() -> Iterator[Finding]:
    """Check that every package we need is there."""
    import re
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        needed = distribution(OURS).requires or []
    except PackageNotFoundError:
        needed = []
    for requirement in sorted(needed, key=str.lower):
        if "extra ==" in requirement:
            continue
        name = re.split(r"[ <>=!~;\[(]", requirement, maxsplit=1)[0]
        version = version_of(name)
        state = "ok" if version else "failed"
        yield Finding(name, state, version or f"not installed; needed is {requirement}")


def check_clashes() -> Iterator[Finding]:
    """Check for distributions that put their files where ours, or those we need, have theirs."""
    for name, why in SHADOWING.items():
        version = version_of(name)
        if version:
            detail = f"{version} {why}; remove it, then install {OURS} again"
            yield Finding(f"foreign {name}", "failed", detail)
    # Both install the import package mt940; the last one installed wins and the other breaks.
    other = version_of("mt940")
    if other and version_of("mt-940"):
        detail = f"mt940 {other} overwrites mt-940; remove both, then install mt-940 again"
        yield Finding("foreign mt940", "failed", detail)


def check_plugins() -> Iterator[Finding]:
    """Check that every plugin loads."""
    with under_way(quiet=True):
        from recon.plugins import Plugins

        plugins = Plugins.discover()
    for failure in plugins.failures:
        yield Finding(f"plugin {failure.owner}", "failed", f"{failure.name}: {failure.error}")
    good = len(plugins.statuses) - len(plugins.failures)
    yield Finding("plugins", "ok", f"{good} registrations work")


def check_terminal() -> Iterator[Finding]:
    """Check that names of payers can be shown as they are."""
    encoding = (sys.stdout.encoding or "unknown").lower()
    state = "ok" if encoding.replace("-", "") == "utf8" else "warning"
    detail = encoding if state == "ok" else f"{encoding}: set PYTHONUTF8=1 to see every letter"
    yield Finding("output encoding", state, detail)


def check_programs() -> Iterator[Finding]:
    """Look for programs that can check our journals; none of them is needed."""
    import shutil
    from pathlib import Path

    beside = Path(sys.executable).parent
    for name, why in PROGRAMS.items():
        found = shutil.which(name) or shutil.which(name, path=str(beside))
        yield Finding(name, "ok" if found else "absent", found or f"optional; it {why}")
