"""A pack holds what was announced, and its run is made again from it byte for byte; an altered announcement is found."""

from __future__ import annotations

import shutil

import pytest

from recon.plugins import Plugins
from recon.run.audit.pack import export_pack
from recon.run.audit.replay import replay
from recon.run.daily.desk import open_desk
from tests.run.audit.forging import replace_in, rewrite_chain, rewrite_manifest
from tests.run.daily.announced_bank import ADVICE, BATCH, BATCH_HEAD, announce, make_announced
from tests.run.quiet import Quiet
from tests.store.whole import Clock, run_day


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """Give the pack of the second of two runs: one before anything was announced, and one after."""
    workspace = make_announced(tmp_path_factory.mktemp("announced") / "workspace")
    run_day(workspace)
    announce(workspace, "remittances", ADVICE)
    announce(workspace, "batches", BATCH)
    announce(workspace, "batches", BATCH[: len(BATCH_HEAD) + 40], "torn.csv")
    run_day(workspace)
    with open_desk(workspace, "anna", Clock()) as desk:
        return export_pack(desk, workspace / "pack").out


def steps(pack):
    done = replay(pack, Plugins.discover(), Quiet())
    return {step.step: (step.result, step.detail) for step in done.steps}


@pytest.mark.slow
def test_a_run_with_advices_and_batches_is_made_again_byte_for_byte(packed):
    made = steps(packed)

    assert {result for result, _ in made.values()} == {"agrees"}, made
    # Open items and customers, the advice, and two settlement reports, one of them torn.
    assert made["books"][1] == "extracts read again: 5"
    assert (packed / "outputs" / "batches.csv").read_text("utf-8").count("applied") == 2
    assert (packed / "facts" / "advices.csv").read_text("utf-8").count("A-17") == 2


@pytest.mark.nightly
def test_an_advice_that_was_altered_with_all_its_hashes_is_found_by_reading_it_again(
    packed, tmp_path
):
    pack = shutil.copytree(packed, tmp_path / "pack")
    replace_in(pack, "facts/advices.csv", "A-17", "A-18")
    rewrite_chain(pack)
    rewrite_manifest(pack)

    assert steps(pack)["books"][0] == "differs"


@pytest.mark.nightly
def test_a_pack_of_a_version_without_these_tables_is_made_again(tmp_path):
    workspace = make_announced(tmp_path / "workspace", 'customers = "customers.csv"\n')
    run_day(workspace)
    with open_desk(workspace, "anna", Clock()) as desk:
        pack = export_pack(desk, workspace / "pack").out
    for name in ("advices", "settlements", "batch_lines"):
        (pack / "facts" / f"{name}.csv").unlink()
    rewrite_manifest(pack)

    assert {result for result, _ in steps(pack).values()} == {"agrees"}
