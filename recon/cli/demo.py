"""`recon demo`: the main job on the data that is shipped with the program."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click
from click.exceptions import Exit

from recon.cli.options import format_option, quiet_option
from recon.cli.output import note
from recon.cli.verb import Verb
from recon.errors import ConfigurationError


@click.command("demo", cls=Verb, epilog="Example: recon demo --out out/demo")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("out/demo"),
    show_default=True,
    metavar="DIR",
    help="The folder for all files of the run.",
)
@format_option()
@quiet_option
def command(out: Path, how: str, quiet: bool) -> None:
    """Run the main job on a small made-up company."""
    from recon.cli.match import run_match
    from recon.run.request import MatchRequest

    folder = demo_folder()

    def given(name: str) -> Path | None:
        path = folder / name
        return path if path.exists() else None

    request = MatchRequest(
        statements=(folder / "statements",),
        open_items=folder / "open_items.csv",
        customers=given("customers.csv"),
        accounts=given("accounts.csv"),
        history=given("history"),
        policy=given("policy.toml"),
        out=out,
    )
    result = run_match(request, how=how, quiet=quiet)
    note(f"Open the report: {result.out / 'report.html'}", quiet=quiet)
    if result.quarantined:
        raise Exit(3)


def demo_folder() -> Path:
    """Find the demo data: inside the installed package, or in the fixtures of a checkout."""
    package = Path(str(files("recon")))
    for folder in (package / "demo", package.parent / "fixtures" / "demo"):
        if (folder / "open_items.csv").is_file():
            return folder
    raise ConfigurationError(
        "the demo data is not installed", hint="install cashrecon again from its wheel"
    )
