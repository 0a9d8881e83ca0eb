"""Real exports: every file is read with the source's facts, or refused with a reason; none is read wrongly.

No profile is declared here; all that is settled is a currency for the many exports that name none, and the words that the
sources' anonymisers put in the place of currency codes.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import pytest

from recon.api import MalformedFile, ParsedStatements, SourceFile, exponent
from recon_csv.plugin import CsvFormat
from tests.corpus_index import Case, cases, corpus_root

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    corpus_root() is None, reason="the corpus of real files is not present"
)
CASES = cases("csv/")

ANONYMISED = "RED MOR MEN TEM RIT FUN TAE VIT PRA ANT MOX LAM COR ICA USA ARI SED PRO RET CET LII PER tes por RIS HAT"
NAMES = {**dict.fromkeys(ANONYMISED.split(), "CHF"), "人民币": "CNY", "RUR": "RUB"}
SIGNS = {"$": "USD", "£": "GBP", "¥": "CNY"}

PENDING = (
    "pending or merely authorised rows are no booked entries; the source's importer takes them"
)
PARTS = "the source counts a batch and its parts; we read the parts, which add up to it"
PROVEN = "the source's importer differs; ours follows the bank's own running balance without a break at the ends"
DROPPED = "the source's importer loses or shifts a row with a delimiter inside quotes"
EXCHANGE = "the source nets currency conversions; we read each movement in its currency"
COUNTER = "the index counts rows with a date, among them balances, headers or pending rows"
# Our reading where it differs from the index: lines, credits, debits. The reasons were judged by us, file by file; only
# those under PROVEN are checked by arithmetic here, and two of these (UBS 2017-06, 2023-09) have breaks inside.
BETTER = {
    "csv/BananaAccounting__Germany/csv_deutschebank_example_format3_20240131.csv": (
        116,
        "4286.74",
        "9567.80",
        DROPPED,
    ),
    "csv/BananaAccounting__Italia/csv_bps_example_format1_20150227.csv": (
        40,
        "92623.46",
        "137560.67",
        PROVEN,
    ),
    "csv/BananaAccounting__Italia/ch.banana.filter.import.finecobank#example_01.csv": (
        18,
        "3651.92",
        "1537.43",
        PENDING,
    ),
    "csv/BananaAccounting__Switzerland/csv_bancastato_example_format5_20231117.csv": (
        35,
        "40947.51",
        "36309.70",
        DROPPED,
    ),
    "csv/BananaAccounting__Switzerland/csv_postfinance_example_format1_20161114.csv": (
        41,
        "62598.36",
        "19080.69",
        PROVEN,
    ),
    "csv/BananaAccounting__Switzerland/csv_postfinance_example_format6_20240228-FR-B.csv": (
        25,
        "5663.50",
        "4445.20",
        PROVEN,
    ),
    "csv/BananaAccounting__Switzerland/csv_swisscard_example_format2_de_20240717.csv": (
        82,
        "11885.05",
        "9475.65",
        DROPPED,
    ),
    "csv/BananaAccounting__Switzerland/csv_swisscard_example_format2_en_20241015.csv": (
        2,
        "0",
        "41.70",
        PENDING,
    ),
    "csv/BananaAccounting__Switzerland/csv_swisscard_example_format2_it_20240916.csv": (
        4,
        "0",
        "78.40",
        PENDING,
    ),
    "csv/BananaAccounting__Switzerland/csv_ubs_example_format1_20120629.csv": (
        34,
        "54235.15",
        "54270.22",
        PROVEN,
    ),
    "csv/BananaAccounting__Switzerland/csv_ubs_example_format1_20160908.csv": (
        70,
        "52037.55",
        "52859.88",
        PROVEN,
    ),
    "csv/BananaAccounting__Switzerland/csv_ubs_example_format1_20161111.csv": (
        146,
        "110010.79",
        "136272.30",
        PROVEN,
    ),
    "csv/BananaAccounting__Switzerland/csv_ubs_example_format1_20173006.csv": (
        757,
        "860266.56",
        "774161.64",
        PROVEN,
    ),
    "csv/BananaAccounting__Switzerland/csv_ubs_example_format1_20230313_01.csv": (
        137,
        "139923.48",
        "111421.14",
        PROVEN,
    ),
    "csv/BananaAccounting__Switzerland/csv_ubs_example_format1_20230313_02.csv": (
        171,
        "140772.24",
        "162099.47",
        PROVEN,
    ),
    "csv/BananaAccounting__Switzerland/csv_ubs_example_format1_20230905_03.csv": (
        20,
        "7401.40",
        "11600.75",
        PROVEN,
    ),
    "csv/BananaAccounting__Switzerland/csv_ubs_example_format3_de_20221108.csv": (
        195,
        "18084.40",
        "19568.75",
        PROVEN,
    ),
    "csv/BananaAccounting__Switzerland/csv_ubs_example_format3_en_20221108.csv": (
        195,
        "18084.40",
        "19568.75",
        PROVEN,
    ),
    "csv/BananaAccounting__Switzerland/csv_ubs_example_format3_fr_20221108.csv": (
        195,
        "18084.40",
        "19568.75",
        PROVEN,
    ),
    "csv/BananaAccounting__Switzerland/csv_ubs_example_format3_fr_20241205.csv": (
        22,
        "7519.48",
        "14791.96",
        PARTS,
    ),
    "csv/BananaAccounting__Switzerland/csv_ubs_example_format3_fr_20251022.csv": (
        2,
        "400.00",
        "0",
        PARTS,
    ),
    "csv/BananaAccounting__Switzerland/csv_ubs_example_format3_it_20221108.csv": (
        195,
        "18084.40",
        "19568.75",
        PROVEN,
    ),
    "csv/BananaAccounting__Switzerland/csv_ubs_example_format3_it_20221129.csv": (
        110,
        "13767.59",
        "14861.11",
        PROVEN,
    ),
    "csv/BananaAccounting__Switzerland/csv_ubs_example_format3_it_wdetails_20241111.csv": (
        21,
        "7093.50",
        "14550.75",
        PARTS,
    ),
    "csv/BananaAccounting__Universal/download.csv": (21, "834.90", "500.72", EXCHANGE),
    "csv/BananaAccounting__Universal/download2.csv": (3, "287.05", "618.23", EXCHANGE),
    "csv/cantino__reckon/extratofake.csv": (22, "1300.00", "495.00", COUNTER),
    "csv/cantino__reckon/invalid_header_example.csv": (2, "50.00", "8.10", COUNTER),
    "csv/egh__ledger-autosync/venmo.csv": (4, "123.04", "47.03", COUNTER),
    "csv/lorenzogiudici5__ofxstatement-bancoposta/bancoposta.csv": (
        4,
        "1250.00",
        "253.90",
        COUNTER,
    ),
    "csv/lorenzogiudici5__ofxstatement-bancoposta/addebito_diretto.csv": (
        3,
        "0",
        "400.40",
        COUNTER,
    ),
    "csv/lorenzogiudici5__ofxstatement-bancoposta/commissione.csv": (3, "0", "4.00", COUNTER),
    "csv/lorenzogiudici5__ofxstatement-bancoposta/postagiro.csv": (6, "760.00", "350.00", COUNTER),
    "csv/mlaitinen__ofxstatement-revolut/2022-january.csv": (7, "500.00", "413.44", PENDING),
    "csv/msc01__soacsv2mt940/test_VR-Bank1.csv": (3, "112.00", "270.17", COUNTER),
    "csv/omarkohl__ofxstatement-sparkasse-freiburg/simple1.csv": (1, "123.00", "0", PENDING),
    "csv/omarkohl__ofxstatement-sparkasse-freiburg/simple2.csv": (
        17,
        "1410.22",
        "1280.46",
        PENDING,
    ),
}
# Read in a way that its source calls wrong, with nothing in the file to tell it.
WRONG = {
    "csv/OCA__bank-statement-import/sample_statement_credit_card_inverse_sign_en.csv": "a card's export that differs "
    "from a bank's only in its sign; `amount_sign` in the options settles it",
}
LEAST_RIGHT = 169


def outcome(case: Case) -> ParsedStatements | MalformedFile:
    return _outcome(case.path)


@cache
def _outcome(path: Path) -> ParsedStatements | MalformedFile:
    data = path.read_bytes()
    text = data.decode("utf-8", errors="replace")
    currency = next((code for sign, code in SIGNS.items() if sign in text), "EUR")
    options = {"currency": currency, "currency_names": NAMES}
    try:
        return CsvFormat().read(SourceFile(path.name, data), options)
    except MalformedFile as error:
        return error


def totals(parsed: ParsedStatements) -> tuple[Decimal, Decimal]:
    amounts = [
        Decimal(minor).scaleb(-exponent(currency))
        for minor, currency in parsed.lines.select("amount", "currency").iter_rows()
    ]
    credits_ = sum((amount for amount in amounts if amount > 0), Decimal(0))
    return credits_, credits_ - sum(amounts, Decimal(0))


def agrees(case: Case, parsed: ParsedStatements) -> bool:
    """Say whether the count and, where the source states them, the totals are those of the index.

    Sources leave out entries of zero, and some state one net total with either sign.
    """
    lines, rejects = parsed.lines.height, parsed.rejects.height
    counts = {lines, lines + rejects, parsed.lines.filter(parsed.lines["amount"] != 0).height}
    if not case.from_source:
        return int(case.facts["rows"]) in counts
    stated = Decimal(case.facts["credits"]), Decimal(case.facts["debits"])
    credits_, debits = totals(parsed)
    is_same = (credits_, debits) == (abs(stated[0]), abs(stated[1]))
    return int(case.facts["tx"]) in counts and (
        is_same or credits_ - debits == stated[0] - stated[1]
    )


def balances_hold(parsed: ParsedStatements) -> bool:
    return all(
        opening is not None
        and opening + parsed.lines.filter(parsed.lines["statement_index"] == index)["amount"].sum()
        == closing
        for index, opening, closing in parsed.statements.select(
            "statement_index", "opening_balance", "closing_balance"
        ).iter_rows()
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_real_export_is_read_right_or_refused_with_its_reason(case: Case):
    found = outcome(case)
    if isinstance(found, MalformedFile):
        assert found.message
        assert found.place is not None
        assert case.name not in BETTER
        return

    assert found.statements["line_count"].sum() == found.lines.height + found.rejects.height
    if case.name in BETTER:
        lines, credits_, debits, reason = BETTER[case.name]
        read = (found.lines.height, *totals(found))

        assert read == (lines, Decimal(credits_), Decimal(debits)), reason
        assert reason != PROVEN or balances_hold(found)
    else:
        assert agrees(case, found)


def test_most_real_exports_need_no_profile():
    read = {case.name for case in CASES if not isinstance(outcome(case), MalformedFile)}

    assert set(WRONG) <= read
    assert len(read) - len(WRONG) >= LEAST_RIGHT
