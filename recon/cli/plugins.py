"""`recon plugins`: what is installed, what has failed, what keeps its contract; and the package of a new one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from recon.cli.options import format_option
from recon.cli.output import note, write_frame
from recon.cli.progress import under_way
from recon.cli.verb import Verb, VerbGroup
from recon.cli.workspace import at_desk, plugins_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from recon.plugins import Plugins, PluginStatus
    from recon.testing.trial import Trial

_NEW = ("format", "source", "ledger", "evidence", "report")


_workspace_option = click.option(
    "--workspace",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="With the plugin of this workspace, and what waits for its ledgers.",
)


@click.group(
    "plugins", cls=VerbGroup, invoke_without_command=True, epilog="Example: recon plugins check"
)
@_workspace_option
@format_option()
@click.pass_context
def command(ctx: click.Context, folder: Path | None, how: str) -> None:
    """List the installed plugins, and what has failed.

    A plugin that fails is listed with its cause, and the others work. Two plugins, or two objects of one kind, that
    share a name are both refused.
    """
    if ctx.invoked_subcommand is None:
        _show(folder, how)


@command.command("list", cls=Verb, epilog="Example: recon plugins list --format json")
@_workspace_option
@format_option()
def listing(folder: Path | None, how: str) -> None:
    """List the installed plugins, what they registered, what has failed, and what waits for the ledgers of a workspace."""
    _show(folder, how)


def _show(folder: Path | None, how: str) -> None:
    if folder is None:
        write_frame(status_frame(_discover()), how)
        return
    with at_desk(folder, None) as desk:
        from recon.run.daily.posting import outbox

        plugins = plugins_of(desk.workspace)
        frame = status_frame(plugins)
        waiting = waiting_by_ledger(outbox(desk))
    write_frame(frame.join(waiting, on=["name", "kind"], how="left", maintain_order="left"), how)


@command.command("check", cls=Verb, epilog="Example: recon plugins check acme-ledger")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@format_option()
def check(names: tuple[str, ...], how: str) -> None:
    """Try what is installed by the rules of its kind, and exit 1 if anything breaks one.

    Without NAME everything is tried. What would need credentials, a sample of a bank or somebody's ledger is left out, and
    the answer says so: the suites of recon.testing do that, in the tests of a plugin's own package.
    """
    with under_way(quiet=True):
        plugins = _discover()
        from recon.testing.trial import try_installed

        trials = list(try_installed(plugins, names))
    unknown = set(names) - _known(plugins)
    if unknown:
        raise click.UsageError(f"no plugin is called {', '.join(sorted(unknown))}")
    broken = [
        one for one in plugins.failures if not names or {one.name, one.owner.plugin} & {*names}
    ]
    write_frame(_trial_frame(trials, broken), how)
    failed = len(broken) + sum(bool(trial.complaints) for trial in trials)
    untried = sum(not trial.tried for trial in trials)
    told = f"{len(trials) + len(broken)} registrations, {failed or 'none'} failed"
    note(told + (f"; {untried} could not be tried from here" if untried else ""))
    if failed:
        raise Exit(1)


def _known(plugins: Plugins) -> set[str]:
    return {name for one in plugins.statuses for name in (one.name, one.owner.plugin)}


def _trial_frame(trials: Sequence[Trial], broken: Sequence[PluginStatus]) -> pl.DataFrame:
    """Give one row an object that was tried, or a plugin that could not be."""
    import polars as pl

    rows = [
        (
            trial.name,
            trial.kind,
            "failed" if trial.complaints else "ok" if trial.tried else "not tried",
            trial.tried,
            trial.left_out,
            "\n".join(trial.complaints) or None,
        )
        for trial in trials
    ]
    rows += [(one.name, one.kind, "failed", "loading", "all else", one.error) for one in broken]
    names = ("name", "kind", "state", "tried", "left_out", "error")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


@command.command("new", cls=Verb, epilog="Example: recon plugins new ledger acme --in ~/src")
@click.argument("kind", metavar="KIND", type=click.Choice(_NEW))
@click.argument("name", metavar="NAME")
@click.option(
    "--in",
    "parent",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    metavar="FOLDER",
    help="Where the folder cashrecon-NAME is made; here, if left out.",
)
def new(kind: str, name: str, parent: Path) -> None:
    """Write the package of a new plugin that does an example's work and passes the conformance suite of its kind.

    KIND is format, source, ledger, evidence or report. Install it with `pip install -e cashrecon-NAME`, put your own rules
    in place of the example's, and keep the suite.
    """
    from recon.testing.new_plugin import write_new_plugin

    for path in write_new_plugin(kind, name, parent):
        click.echo(path.as_posix())


def _discover() -> Plugins:
    with under_way(quiet=True):
        from recon.plugins import Plugins

        return Plugins.discover()


def waiting_by_ledger(outbox: pl.DataFrame) -> pl.DataFrame:
    """Say in words what each ledger has not got: `3 rejected, 17 unknown`."""
    import polars as pl

    counts = outbox.group_by("ledger", "state").agg(count=pl.len()).sort("ledger", "state")
    words = pl.concat_str("count", pl.col("state").str.replace_all("_", " "), separator=" ")
    return counts.group_by(name=pl.col("ledger"), maintain_order=True).agg(
        kind=pl.lit("ledger"), waiting=words.str.join(", ")
    )


def status_frame(plugins: Plugins) -> pl.DataFrame:
    """Give one row a registered object, an observer or a plugin that could not be loaded."""
    import polars as pl

    rows = [
        (
            status.name,
            status.kind,
            status.owner.distribution,
            status.owner.version,
            "failed" if status.error else "ok",
            status.error,
        )
        for status in plugins.statuses
    ]
    names = ("name", "kind", "distribution", "version", "state", "error")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
