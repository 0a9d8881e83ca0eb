from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from recon.errors import IdentityBroken
from recon.report import page_rows
from recon.report.page import render_page
from tests.report.golden import assert_golden
from tests.report.view_builder import FORMULA, SCRIPT, ViewBuilder, sample

if TYPE_CHECKING:
    from pathlib import Path

VOID = {"meta", "link", "br", "img", "input"}
PAYLOADS = (
    SCRIPT,
    "</td></tr></table><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7*7 }}{% raw %}",
    "</script><script>alert(1)</script>",
    "javascript:alert(1)",
    "&lt;script&gt;",
    "<!--",
    "]]>",
    "<style>*{display:none}</style>",
)


class Page(HTMLParser):
    """Collects tags, attributes and the text that a reader sees."""

    def __init__(self, html: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.raw: dict[str, str] = {}
        self.open: list[str] = []
        self.feed(html.decode())
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        inside = self.open[-1] if self.open else ""
        if inside in {"script", "style"}:
            self.raw[inside] = self.raw.get(inside, "") + data
        elif data.strip():
            self.text.append(" ".join(data.split(None)))

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def test_the_words_of_the_page_are_as_the_golden_file_says():
    page = Page(render_page(sample().view()))

    assert_golden("page.txt", ("\n".join(page.text) + "\n").encode())


def test_every_tag_is_closed_and_every_id_is_there_once():
    page = Page(render_page(sample().view()))
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    targets = {attrs["href"] for attrs in page.all("a")}

    assert page.open == []
    assert len(ids) == len(set(ids))
    assert targets <= {"#" + name for name in ids}


def test_the_page_needs_nothing_from_outside():
    html = render_page(sample().view())
    page = Page(html)

    assert not page.all("link")
    assert not page.all("img")
    assert not page.all("iframe")
    assert all("src" not in attrs and "style" not in attrs for _, attrs in page.tags)
    assert not re.search(r"url\(|@import|https?://", page.raw["style"] + page.raw["script"])


def test_one_script_and_one_style_sheet_are_allowed_by_their_hashes():
    page = Page(render_page(sample().view()))
    (policy,) = [
        a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy"
    ]

    assert len(page.all("script")) == len(page.all("style")) == 1
    assert policy.startswith("default-src 'none'")
    for kind in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(page.raw[kind].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)


def hostile(payload: str) -> ViewBuilder:
    build = ViewBuilder()
    identity = build.line(
        "B1", 100, "suggested", payer_name=payload, payer_account=payload, remittance=payload, note=payload,
        reason=payload, file=payload, account=payload,
    )  # fmt: skip
    build.allocate(identity, 100, item_id=payload, status="suggested", because=payload)
    applied = build.line("B2", 100, "applied", payer_name=payload, remittance=payload)
    build.allocate(applied, 100, item_id=payload, because=payload)
    build.line("B3", 1, "not_receivable", reason=payload)
    build.statement(payload, 0, 0, file=payload, account=payload, continuity_note=payload)
    build.rejects.append(
        {
            "file": payload,
            "code": payload,
            "reason": payload,
            "excerpt": payload,
            "hint": payload,
            "field": payload,
        }
    )
    return build


@pytest.fixture(scope="module")
def harmless() -> Page:
    return Page(render_page(hostile("harmless").view()))


def alike(text: str) -> str:
    """Take away what the words of a code lose: capitals, dashes, blanks in a row."""
    return " ".join(text.lower().replace("-", " ").replace("_", " ").split())


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_of_banks_is_text_on_the_page(payload, harmless):
    page = Page(render_page(hostile(payload).view()))
    expected = sum(alike(text) == "harmless" for text in harmless.text)

    assert [tag for tag, _ in page.tags] == [tag for tag, _ in harmless.tags]
    assert sum(alike(text) == alike(payload) for text in page.text) == expected > 15


def test_the_evidence_of_the_matcher_is_split_and_nothing_of_it_is_lost():
    found = page_rows.evidence(
        "nearest: 7 (due 9.00); party: name 'a; b' -2.0 bits; odd bits; total +7.4 bits"
    )

    assert found["said"] == ["nearest: 7 (due 9.00)", "party: name 'a", "odd bits"]
    assert found["weighed"] == [("b'", "-2.0"), ("total", "+7.4")]
    assert page_rows.evidence("") == {"said": [], "weighed": []}


def test_control_characters_and_formulas_are_shown_as_they_are():
    build = ViewBuilder()
    build.line("B1", 1, "unmatched", payer_name="a\x1b[2J\u202eb", remittance=FORMULA)
    page = Page(render_page(build.view()))

    assert "a\\x1b[2J\\u202eb" in page.text
    assert FORMULA in page.text


def test_the_equation_is_spelled_out_and_ties():
    build = ViewBuilder()
    build.allocate(build.line("B1", 1_000_00, "applied"), 1_000_00, item_id="1")
    build.line("B2", 234_56, "unmatched")
    page = Page(render_page(build.view()))
    start = page.text.index("Received")

    assert page.text[start : start + 14] == [
        "Received", "2", "1 234.56",
        "=", "Applied", "1", "1 000.00", "81.0 %",
        "+", "On account", "0", "0.00", "0.0 %",
        "+",
    ]  # fmt: skip


def test_a_page_that_does_not_tie_is_not_written():
    build = sample()
    build.allocations[0]["amount"] += 1

    with pytest.raises(IdentityBroken):
        render_page(build.view())


def test_a_broken_balance_shows_both_numbers():
    build = ViewBuilder()
    build.statement("7", 100_00, 110_00, balance_check="broken", balance_difference=3_00)
    page = Page(render_page(build.view()))

    assert "1 statement does not balance" in page.text
    assert {"110.00", "107.00", "3.00"} <= set(page.text)


def test_an_empty_run_says_so():
    page = Page(render_page(ViewBuilder().view()))

    assert "0 of 0 receipts applied, nothing left to look at." in page.text
    assert "No statement line was read." in page.text


def test_long_tables_are_cut_and_say_where_the_rest_is(monkeypatch):
    monkeypatch.setattr(page_rows, "EXCEPTIONS_SHOWN", 3)
    monkeypatch.setattr(page_rows, "APPLIED_SHOWN", 3)
    monkeypatch.setattr(page_rows, "SMALL_ROWS_SHOWN", 2)
    build = ViewBuilder()
    for at in range(5):
        build.allocate(build.line(f"A{at}", 10, "applied"), 10, item_id=f"{at}")
        build.line(f"U{at}", 10, "unmatched")
        build.statement(f"{at}", 0, 0)
    page = Page(render_page(build.view()))

    assert sum("data-v" in attrs for attrs in page.all("td")) == 3 * 2 + 3
    assert "The first 3 of 5 are shown, oldest first; 2 more are in unmatched.csv." in page.text
    assert (
        "The first 3 of 5 are shown, newest first; 2 more are in lines.csv and allocations.csv."
        in page.text
    )
    assert (
        "The first 2 of 5 are shown, those that break first; 3 more are in run.json." in page.text
    )


def test_ten_thousand_lines_with_long_texts_stay_a_few_megabytes(monkeypatch):
    # A page of 100 rows each, scaled up: a row may not cost more than what 6 MB allow 3,000 rows.
    monkeypatch.setattr(page_rows, "EXCEPTIONS_SHOWN", 100)
    monkeypatch.setattr(page_rows, "APPLIED_SHOWN", 100)
    small = len(render_page(ViewBuilder().view()))
    build = ViewBuilder()
    for at in range(150):
        text = "x" * 10_000
        build.allocate(
            build.line(f"A{at}", 10, "applied", remittance=text), 10, item_id=f"{at}", because=text
        )
        build.line(f"U{at}", 10, "unmatched", remittance=text, note=text)

    assert len(render_page(build.view())) - small < 200 * 2_000


def test_each_table_has_a_caption_and_each_header_a_scope():
    page = Page(render_page(sample().view()))

    assert len(page.all("caption")) == len(page.all("table")) > 8
    assert all(attrs.get("scope") in {"col", "row"} for attrs in page.all("th"))
    assert all(attrs["aria-label"] for attrs in page.all("svg"))


def luminance(colour: str) -> float:
    full = colour if len(colour) == 7 else "#" + "".join(ch * 2 for ch in colour[1:])
    parts = [int(full[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_has_the_contrast_of_wcag_aa(theme):
    style = Page(render_page(ViewBuilder().view())).raw["style"]
    blocks = [
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+)", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    ]
    colours = blocks[0] if theme == "light" else blocks[0] | blocks[1]
    text = [
        (ink, ground) for ink in ("ink", "muted", "link") for ground in ("paper", "card", "soft")
    ]
    text += [("warn-ink", "warn"), ("good-ink", "good"), ("plain-ink", "plain")]
    parts = (
        "applied",
        "on-account",
        "refunded",
        "suggested",
        "unmatched",
        "not-receivable",
        "returned",
        "age",
    )

    for ink, ground in text:
        assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    for part in parts:
        assert contrast(colours[part], colours["card"]) >= 3, part


BROWSER = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)


def browsed(html: str, folder: Path) -> str:
    """Open the page in a real browser and give the document as its scripts left it."""
    file = folder / "report.html"
    file.write_text(html)
    done = subprocess.run(
        [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}",
         "--virtual-time-budget=2000", "--dump-dom", file.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return done.stdout


in_browser = pytest.mark.skipif(BROWSER is None, reason="no chromium on PATH to open the page in")


@in_browser
def test_a_real_browser_runs_our_script_and_nothing_else(tmp_path):
    html = render_page(sample().view()).decode()
    # A script that slipped through the template would show in the title; the page's own policy stops it.
    seen = browsed(
        html.replace("</title>", "</title><script>document.title='ran'</script>", 1), tmp_path
    )
    page = Page(seen.encode())

    assert "<title>Cash reconciliation as of 2026-11-20</title>" in seen
    assert len([a for a in page.all("input") if a.get("type") == "search"]) == 2
    assert len(page.all("button")) == 14


@in_browser
def test_the_filter_finds_amounts_without_their_groups_and_the_sort_is_by_value(tmp_path):
    html = render_page(sample().view()).decode()
    driver = """<script>
    const table = document.querySelector("#exceptions table.data"), input = document.querySelector("#exceptions input");
    const amounts = () => [...table.tBodies[0].rows].filter((row) => !row.hidden).map((row) => row.cells[2].dataset.v);
    table.tHead.rows[0].cells[2].querySelector("button").click();
    const sorted = amounts().join();
    input.value = "1234567.89 EUR";
    input.dispatchEvent(new Event("input"));
    document.title = sorted + " / " + amounts().join() + " / " + document.querySelector("[role=status]").textContent;
    </script></body>"""
    open_page = re.sub(r"<meta http-equiv=[^>]*>", "", html).replace("</body>", driver)
    seen = browsed(open_page, tmp_path)

    assert "<title>700,8000,11900,123456789 / 123456789 / 1 of 4 rows</title>" in seen
