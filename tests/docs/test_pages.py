"""The pages name everything that they are about: commands, options, policy keys, reasons, errors, columns."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
import re
from typing import TYPE_CHECKING

import click
import pytest

import recon
from docs import generate
from recon.cli.policy import MEANING
from recon.config import Policy
from recon.frames import batches
from recon.frames.decisions import FATES
from recon.review.act import REASONS as REASONS_OF_PEOPLE
from tests.docs.calling import ROOT

if TYPE_CHECKING:
    from pathlib import Path

DOCS = ROOT / "docs"
# Words of pl.lit(...) in the matcher that are no reasons: fates, evidence and shapes of proposals.
NO_REASONS = {*FATES, "", "applied", "reference+party", "rule"}


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", generate.PAGES)
def test_a_generated_page_is_up_to_date(name):
    assert page(name) == generate.PAGES[name](), "run `python docs/generate.py`"


def test_every_column_has_a_meaning_and_no_meaning_is_left_over():
    silent = {
        name
        for _, schema in generate.frame_schemas()
        for name, column in schema.columns().items()
        if not column.description
    }

    assert silent == set(generate.meaning_by_name()), "docs/columns.toml: add, or take out"


def test_every_command_and_option_is_on_the_page():
    text = page("command-line.md")
    commands = list(generate.commands())

    assert len(commands) >= 8
    for name, command in commands:
        _, found, section = text.partition(f"\n## `recon {name}`\n")
        section = section.partition("\n## ")[0]
        assert found, name
        for option in command.params:
            if isinstance(option, click.Option):
                for spelling in option.opts:
                    assert spelling in section, f"recon {name} {spelling}"


def policy_keys(struct, prefix=""):
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        yield f"{prefix}{name}"
        if hasattr(value, "__struct_fields__"):
            yield from policy_keys(value, f"{prefix}{name}.")


def test_every_policy_key_is_on_the_page_and_no_other():
    listed = set(re.findall(r"^\| `([a-z_.]+)` \|", page("policy.md"), re.MULTILINE))

    assert listed == set(policy_keys(Policy())) == set(MEANING)


def reasons_of_the_matcher() -> set[str]:
    """Read the reason codes from the source: literals given to a column of reasons, and the names of refusing rules."""
    found = set()
    for name in (
        "batched",
        "classify",
        "decide",
        "duplicates",
        "explain",
        "providers",
        "refunds",
        "refused",
    ):
        (path,) = (ROOT / "recon" / "match").rglob(f"{name}.py")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Tuple) and len(node.elts) == 2 and name == "decide":
                found |= set(_texts(node.elts[:1]))
            if isinstance(node, ast.keyword) and node.arg in {"reason", "rival", "refusal"}:
                found |= set(_given(node.value))
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "verdict":
                found |= set(_given(node.value))
    return found


def _given(node):
    """Literals of pl.lit(...), wherever they stand in an expression."""
    for one in ast.walk(node):
        if isinstance(one, ast.Call) and getattr(one.func, "attr", "") == "lit":
            yield from _texts(one.args)


def _texts(nodes):
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_reason_of_the_matcher_and_of_people_is_explained_with_what_to_do_and_no_other():
    rows = re.findall(r"^\| `([a-z_]+)` \| (.+) \| (.+) \|$", page("reasons.md"), re.MULTILINE)
    reasons = reasons_of_the_matcher()

    assert len(reasons) >= 30
    assert {code for code, _, _ in rows} == reasons | set(REASONS_OF_PEOPLE)
    assert len({code for code, _, _ in rows}) == len(rows), "a reason is explained once"
    for code, meaning, next_step in rows:
        assert meaning.endswith("."), code
        assert next_step.endswith("."), code


def test_the_reasons_found_in_the_source_hold_those_of_each_file():
    reasons = reasons_of_the_matcher()

    for known in ("own_transfer", "returned_later", "ambiguous", "no_candidate"):
        assert known in reasons
    for known in ("quotes_closed_item", "currency_differs", "competing_lines"):
        assert known in reasons
    assert not reasons & NO_REASONS


def test_every_finding_of_a_part_is_on_the_page_of_batches():
    listed = set(re.findall(r"`([a-z_]+)`", page("batches.md")))

    assert {*batches.FINDINGS, *batches.FAULTS} <= listed


def test_every_fate_is_named_on_the_pages():
    text = page("files.md")

    assert [fate for fate in FATES if fate not in text] == []


def test_every_error_code_is_on_the_page():
    text = page("errors.md")
    codes = {error.code for error in generate.error_classes()}

    assert len(codes) >= 8
    assert {code for code in codes if f"| `{code}` |" in text} == codes


def test_every_gallery_input_is_on_the_page():
    cases = [path.parent for path in generate.GALLERY.glob("*/command.txt")]

    assert len(cases) >= 20
    for case in cases:
        assert (case / "command.txt").read_text(encoding="utf-8").strip() in page("errors.md")


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """Run the demo once; give the header of each CSV file and the keys of run.json."""
    import json

    from recon.cli.demo import demo_folder
    from recon.plugins import Plugins
    from recon.run.flow import match_statements
    from recon.run.request import MatchRequest
    from tests.run.quiet import Quiet

    out, demo = tmp_path_factory.mktemp("out"), demo_folder()
    request = MatchRequest(
        statements=(demo / "statements",), open_items=demo / "open_items.csv",
        policy=demo / "policy.toml", out=out,
    )  # fmt: skip
    match_statements(request, Plugins.discover(), Quiet())
    heads = {p.name: p.read_text("utf-8").partition("\n")[0].split(",") for p in out.glob("*.csv")}
    return heads | {"run.json": list(json.loads((out / "run.json").read_text("utf-8")))}


@pytest.mark.parametrize(
    "name",
    ["lines.csv", "allocations.csv", "unmatched.csv", "entries.csv", "evidence.csv", "run.json"],
)
def test_every_column_of_an_output_file_is_on_the_page_and_no_other(name, outputs):
    section = page("files.md").partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`.+?) \|", section, re.MULTILINE)
    listed = [column for cell in cells for column in re.findall(r"`([a-z_]+)`", cell)]

    assert sorted(listed) == sorted(outputs[name])


def test_every_file_of_a_run_has_its_section(outputs):
    titles = " ".join(re.findall(r"^## (.+)$", page("files.md"), re.MULTILINE))

    assert [name for name in (*outputs, "report.html", "report.xlsx") if name not in titles] == []


PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_of_a_page_leads_to_a_file(path: Path):
    text = path.read_text(encoding="utf-8")
    targets = [t.partition("#")[0] for t in re.findall(r"\]\(([^)]+)\)", text)]
    named = re.findall(r"`((?:docs|fixtures|plugins|recon|tests|benchmarks)/[\w./-]+)`", text)

    assert [t for t in targets if t and not (path.parent / t).exists()] == []
    assert [t for t in named if not (ROOT / t).exists()] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_does_not_call_anything_simple(path: Path):
    text = path.read_text(encoding="utf-8")

    assert re.findall(r"\b(?:[Ss]imply|[Jj]ust|[Oo]bviously|[Ee]asily)\b", text) == []


@pytest.mark.parametrize(
    "path",
    [ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md")), *sorted(ROOT.glob("recon/*/README.md"))],
    ids=lambda path: "/".join(path.parts[-2:]),
)
def test_a_row_of_prose_holds_one_sentence(path: Path):
    text = re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    prose = [row for row in text.splitlines() if not row.startswith("|")]

    assert [row for row in prose if re.search(r"[a-z`)]\. [A-Z`]", row)] == []


def test_the_readme_shows_the_program_at_work_before_its_fortieth_line():
    first = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:40]

    assert "```console" in first
    assert any(row.startswith("$ recon ") for row in first)
    assert any(row.startswith("Written to ") for row in first)


def test_the_examples_in_docstrings_are_true():
    tried = failed = 0
    for info in pkgutil.walk_packages(recon.__path__, "recon."):
        result = doctest.testmod(importlib.import_module(info.name))
        tried, failed = tried + result.attempted, failed + result.failed

    assert failed == 0
    assert tried >= 12, "the examples are gone: the check has become hollow"
