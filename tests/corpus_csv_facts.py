"""Real CSV exports that we read otherwise than the index says, each with the arithmetic or the rows that prove our reading.

In every case the index takes its numbers from an importer or an estimate that counts parts, balances or pending rows, or loses a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Reading:
    """What we read, and what proves it.

    `links` balances follow, row by row, from our amounts and `breaks` contradict them (none in a guess; anonymised figures in a file of
    a known bank); `ends` are the opening and the closing balance that the file states; `why` gives the rows in which the index differs,
    counted as text lines from 1.
    """

    lines: int
    credits: str
    debits: str
    links: int = 0
    ends: tuple[str, str] | None = None
    why: str = ""
    breaks: int = 0


_CH: Final = "csv/BananaAccounting__Switzerland/csv_"
_WORLD: Final = "csv/BananaAccounting__Universal/ch.banana."
_POSTE: Final = "csv/lorenzogiudici5__ofxstatement-bancoposta/"
_BALANCES: Final = "the index counts the two balances, on the first and the last row"

PROVEN: Final[Mapping[str, Reading]] = MappingProxyType(
    {
        "csv/BananaAccounting__Germany/csv_deutschebank_example_format3_20240131.csv": Reading(
            116,
            "4286.74",
            "9567.80",
            ends=("11478.60", "6197.54"),
            why="balances on lines 3 and 122",
        ),
        "csv/BananaAccounting__Italia/csv_bps_example_format1_20150227.csv": Reading(
            40, "92623.46", "137560.67", links=39, why="the index lacks 92000.00 of credits"
        ),
        "csv/BananaAccounting__Italia/ch.banana.filter.import.finecobank#example_01.csv": Reading(
            18,
            "3651.92",
            "1537.43",
            why="lines 14, 15, 16, 25 are authorised and not booked: 4.11 + 13.80 + 42.27 + 88.97 = 1686.58 - 1537.43",
        ),
        f"{_CH}postfinance_example_format1_20161114.csv": Reading(
            41,
            "62598.36",
            "19080.69",
            links=6,
            why="line 25 holds the delimiter inside quotes: 972.00 = 19080.69 - 18108.69",
        ),
        f"{_CH}postfinance_example_format6_20240228-FR-B.csv": Reading(
            25, "5663.50", "4445.20", links=19, why="the index lacks two debits of 808.00 together"
        ),
        f"{_CH}swisscard_example_format2_de_20240717.csv": Reading(
            82,
            "11885.05",
            "9475.65",
            why="the index lacks the debit of 62.90 on line 12: 2472.30 - 62.90 = 11885.05 - 9475.65",
        ),
        f"{_CH}swisscard_example_format2_en_20241015.csv": Reading(
            2, "0", "41.70", why="lines 2 and 3 are pending: 5.40 = 47.10 - 41.70"
        ),
        f"{_CH}swisscard_example_format2_it_20240916.csv": Reading(
            4, "0", "78.40", why="lines 2 and 3 are pending: 20.85 = 99.25 - 78.40"
        ),
        f"{_CH}ubs_example_format1_20120629.csv": Reading(34, "54235.15", "54270.22", links=24),
        f"{_CH}ubs_example_format1_20160908.csv": Reading(70, "52037.55", "52859.88", links=69),
        f"{_CH}ubs_example_format1_20161111.csv": Reading(146, "110010.79", "136272.30", links=47),
        f"{_CH}ubs_example_format1_20173006.csv": Reading(757, "860266.56", "774161.64", links=551),
        f"{_CH}ubs_example_format1_20230313_01.csv": Reading(
            137, "139923.48", "111421.14", links=82
        ),
        f"{_CH}ubs_example_format1_20230313_02.csv": Reading(
            171, "140772.24", "162099.47", links=85
        ),
        f"{_CH}ubs_example_format1_20230905_03.csv": Reading(20, "7401.40", "11600.75", links=10),
        **{
            f"{_CH}ubs_example_format3_{language}_20221108.csv": Reading(
                195,
                "18084.40",
                "19568.75",
                links=194,
                why="219.30 of debits are credits in the index: 18303.70 - 18084.40 = 19568.75 - 19349.45",
            )
            for language in ("de", "en", "fr", "it")
        },
        f"{_CH}ubs_example_format3_it_20221129.csv": Reading(
            110, "13767.59", "14861.11", links=109, why="line 101 is a debit of 80.30, no credit"
        ),
        f"{_CH}ubs_example_format3_fr_20241205.csv": Reading(
            22,
            "7519.48",
            "14791.96",
            why="lines 13, 15, 22 are batches of the parts below them: 1808.00 + 799.65 + 769.65 = 18169.26 - 14791.96",
        ),
        f"{_CH}ubs_example_format3_fr_20251022.csv": Reading(
            2, "400.00", "0", links=1, ends=("5684.83", "6084.83"), why="balances on lines 5 and 6"
        ),
        f"{_CH}ubs_example_format3_it_wdetails_20241111.csv": Reading(
            21,
            "7093.50",
            "14550.75",
            why="lines 14, 22, 29 are batches of the parts below them: 3019.10 + 433.20 + 1848.55 = 12394.35 - 7093.50",
        ),
        "csv/BananaAccounting__Universal/download.csv": Reading(
            21, "834.90", "500.72", links=19, why="each currency has its own running balance"
        ),
        "csv/BananaAccounting__Universal/download2.csv": Reading(
            3,
            "287.05",
            "618.23",
            links=1,
            why="lines 2 to 4: -287.05 EUR, -331.18 CHF, +287.05 EUR",
        ),
        f"{_CH}bancastato_example_format5_20231117.csv": Reading(
            35,
            "40947.51",
            "36309.70",
            links=33,
            breaks=1,
            why="the index takes 20.000,00 for another sum, and the debit of 126.65 for a credit; one balance is anonymised",
        ),
        f"{_CH}postfinance_example_format1_20121101-B.csv": Reading(
            25, "667.00", "14276.60", why="the index lacks the debit of 28.00 on line 18"
        ),
        f"{_CH}postfinance_example_format2_20090401.csv": Reading(
            4,
            "4570.25",
            "230.30",
            why="the value dates of 19 rows are anonymised (66667620); they are refused by name",
        ),
        f"{_CH}swisscard_example_format1_de_20230502.csv": Reading(
            10, "0", "739.10", why="the index lacks the debit of 268.00 on line 9"
        ),
        f"{_CH}swisscard_example_format1_it_20230502.csv": Reading(
            36, "0", "2373.25", why="the index lacks the debit of 29.00 on line 19"
        ),
        f"{_CH}twint_example_format1_business_20231120.csv": Reading(
            5,
            "345.45",
            "0",
            why="the sum is that of line 11; the index counts three dates above the table",
        ),
        f"{_CH}twint_example_format1_business_20250902.csv": Reading(
            4,
            "44.41",
            "0",
            why="line 17 failed; the index counts it and three dates above the table",
        ),
        f"{_CH}ubs_example_format1_20180831.csv": Reading(
            1492,
            "3759444.70",
            "3906618.20",
            links=1267,
            breaks=1,
            why="the index counts parts that do not add up to their batch; one balance is anonymised",
        ),
        f"{_WORLD}revolut.transactions.business_exp1_EUR_20240131.csv": Reading(
            36, "0", "1671.77", why="the index lacks the expense of 13.48 on line 7"
        ),
        f"{_WORLD}revolut.transactions.private1_20222609.csv": Reading(
            8, "10.00", "96.65", why="line 6 has two balances in one cell: 97.64 - 0.99"
        ),
        f"{_WORLD}filter.import.stripe.transactions_all_format1_20231004.csv": Reading(
            18, "478.70", "384.88", why="the index finds no dates, which stand in the tenth column"
        ),
        "csv/cantino__reckon/extratofake.csv": Reading(
            22, "1300.00", "495.00", why="line 2 is the opening balance"
        ),
        "csv/cantino__reckon/invalid_header_example.csv": Reading(
            2, "50.00", "8.10", why="the index counts the row of the account on line 2"
        ),
        "csv/deb-sig__double-entry-generator/example-alipay-records.csv": Reading(
            5,
            "222228.50",
            "161.64",
            why="two payments were closed unpaid and three rows state no direction; the index counts none",
        ),
        "csv/egh__ledger-autosync/venmo.csv": Reading(
            4, "123.04", "47.03", ends=("0", "76.01"), why="the index finds no dates"
        ),
        f"{_POSTE}atm.csv": Reading(
            2, "200.00", "200.00", ends=("100.95", "100.95"), why=_BALANCES
        ),
        f"{_POSTE}pagamento_postamat.csv": Reading(
            1, "0", "200.00", ends=("500.95", "300.95"), why=_BALANCES
        ),
        "csv/mlaitinen__ofxstatement-revolut/2022-january.csv": Reading(
            7, "500.00", "413.44", why="lines 7 and 10 are pending: 44.57 + 73.58"
        ),
        "csv/mincong-h__finance-toolkit/E0790170.csv": Reading(
            3, "213.09", "0", why="line 1 is the account with its balance"
        ),
        "csv/mincong-h__finance-toolkit/E1851234.csv": Reading(
            1, "67.97", "0", why="line 1 is the account with its balance"
        ),
        f"{_POSTE}bancoposta.csv": Reading(4, "1250.00", "253.90", why=_BALANCES),
        f"{_POSTE}addebito_diretto.csv": Reading(3, "0", "400.40", why=_BALANCES),
        f"{_POSTE}commissione.csv": Reading(
            3, "0", "4.00", ends=("100.95", "96.95"), why=_BALANCES
        ),
        f"{_POSTE}postagiro.csv": Reading(6, "760.00", "350.00", why=_BALANCES),
        "csv/msc01__soacsv2mt940/test_VR-Bank1.csv": Reading(
            3, "112.00", "270.17", why="lines 26 and 27 are the opening and the closing balance"
        ),
        "csv/omarkohl__ofxstatement-sparkasse-freiburg/simple1.csv": Reading(
            1, "123.00", "0", why="line 2 is announced and not booked"
        ),
        "csv/omarkohl__ofxstatement-sparkasse-freiburg/simple2.csv": Reading(
            17, "1410.22", "1280.46", why="line 2 is announced and not booked"
        ),
    }
)
