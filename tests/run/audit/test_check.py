"""The stand-alone check finds every change, and uses nothing of the program that wrote the pack."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from recon.run.audit import check
from tests.run.audit.forging import replace_in, rewrite_chain, rewrite_manifest

# Takes longer than a change can wait for.
pytestmark = pytest.mark.nightly

SOURCE = Path(check.__file__)


def said(pack, head=None):
    """Run the check that lies in the pack, with a Python that knows no installed package."""
    words = [sys.executable, "-I", "-S", str(pack / "check.py"), *([head] if head else [])]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
    assert done.stderr == ""
    assert done.returncode == (0 if done.stdout.startswith("all agree") else 1)
    return done.stdout


def finds(pack):
    """Check in this process, as often as there are files."""
    return check.main(pack, None) == 1


def test_the_check_imports_nothing_but_the_standard_library():
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    named = {one.module for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)}
    named |= {one.name for n in ast.walk(tree) if isinstance(n, ast.Import) for one in n.names}

    assert len(named) > 5
    assert {name.partition(".")[0] for name in named} <= sys.stdlib_module_names


def test_a_sound_pack_agrees_and_says_its_head(pack, demo_pack):
    newest = demo_pack.packed.head

    assert said(pack) == f"all agree; head {newest.seq}:{newest.hash}\n"


def test_a_flipped_byte_of_any_file_is_found(pack):
    files = sorted(one for one in pack.rglob("*") if one.is_file())
    missed = []
    for path in files:
        data = path.read_bytes()
        middle = len(data) // 2
        path.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
        if not finds(pack):
            missed.append(path.name)
        path.write_bytes(data)

    assert len(files) > 80
    # The versions in the manifest are no evidence: they name a likely cause, and nothing rests on them.
    assert [name for name in missed if name != "manifest.json"] == []
    assert not finds(pack)


def test_a_file_that_is_missing_and_one_too_many_are_named(pack):
    (pack / "outputs" / "lines.csv").rename(pack / "outputs" / "other.csv")

    assert "outputs/lines.csv is missing\noutputs/other.csv is not in the manifest\n" in said(pack)


@pytest.mark.parametrize(
    ("name", "old", "new", "finding"),
    [
        ("facts/deliveries.csv", ",25000,EUR,", ",25001,EUR,", "deliveries.csv: the rows of event"),
        ("facts/decisions.csv", ",rule,", ",ann,", "decisions.csv: the rows of event"),
        ("facts/allocations.csv", "payment", "discount", "allocations.csv: the rows of event"),
        ("events.jsonl", '"actor":"ann"', '"actor":"bob"', "event 1: its hash is not that"),
        ("outputs/lines.csv", "EUR", "USD", "outputs/lines.csv is not the file that was recorded"),
        ("policy.json", '"suggestions": 3', '"suggestions": 4', "policy.json is not the policy"),
    ],
)
def test_a_file_changed_together_with_the_manifest_is_found_by_the_chain(
    pack, name, old, new, finding
):
    replace_in(pack, name, old, new)
    rewrite_manifest(pack)

    assert finding in said(pack)


def test_columns_of_an_event_that_change_places_are_found(pack):
    """The hash is over values in their order; a forger who only swaps two names must not get away with it."""
    path = pack / "events.jsonl"
    rows = path.read_text(encoding="utf-8").replace('"at":', '"x":').replace('"actor":', '"at":')
    path.write_text(rows.replace('"x":', '"actor":'), encoding="utf-8")
    rewrite_manifest(pack)

    assert "event 1 has other columns" in said(pack)


def test_an_input_taken_away_with_its_row_of_the_manifest_is_found(pack):
    gone = next(one for one in (pack / "inputs").iterdir() if one.name != "index.csv")
    gone.unlink()
    rewrite_manifest(pack)

    assert said(pack) == f"inputs/{gone.name} is not the file that was recorded\n"


def test_a_file_slipped_in_with_a_row_of_the_manifest_is_found(pack):
    (pack / "inputs" / ("0" * 64)).write_bytes(b"")
    rewrite_manifest(pack)

    assert said(pack) == f"inputs/{'0' * 64} was never recorded\n"


def test_a_pack_replaced_as_a_whole_is_found_only_by_a_head_that_was_kept_elsewhere(
    pack, demo_pack
):
    newest = demo_pack.packed.head
    replace_in(pack, "facts/decisions.csv", ",rule,", ",ann,")
    rewrite_chain(pack)

    assert said(pack).startswith("all agree")
    assert f"event {newest.seq} has the hash" in said(pack, f"{newest.seq}:{newest.hash}")


@pytest.mark.parametrize("name", ["manifest.json", "events.jsonl", "facts/files.csv"])
@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[]", b"{", b'{"files": 1}', b"null"])
def test_a_file_that_is_no_part_of_a_pack_is_a_finding_and_no_crash(pack, name, data):
    (pack / name).write_bytes(data)

    assert said(pack)
