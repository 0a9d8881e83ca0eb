"""Every text file of the corpus of real bank files is decoded, and in the encoding that its index names."""

from __future__ import annotations

import re

import pytest

from recon.api import SourceFile, decode
from tests.corpus_index import cases

TEXTS = [case for case in cases("") if case.path.suffix.lower() not in {".xlsx", ".xls"}]
# The index counts bytes: what a program wrote as cp1252 or latin-1 in its words may be any page of eight bits.
PAGES = {
    "cp1251": ("alfabank.csv", "sberbank_maestro.txt", "sberbank_visa.txt"),
    "cp1250": ("Movements_1234512345_201805271848.csv", "TH_20180101-20180523_strana_1.csv"),
    "iso8859_2": ("MT940_IPH.txt", "MT940_multiple_accounts.txt"),
    "gb18030": ("example-alipay-records.csv",),
    "cp1257": ("danske.csv",),
    "cp1252": ("extratofake.csv", "oberbank.csv", "gls.csv", "mt940-iso8859-1.txt"),
}


@pytest.mark.skipif(not TEXTS, reason="the corpus is not beside the repository")
def test_no_file_of_the_corpus_is_refused_and_pages_are_found():
    found = {}
    for case in TEXTS:
        read = decode(SourceFile(case.name, case.path.read_bytes()))
        found[case.path.name] = read.encoding
        is_eight_bit = re.search(r"cp125|latin-1|gb18030", case.special)
        if "utf-8" in case.special and not is_eight_bit:
            assert read.encoding == "utf-8", case.name

    assert len(found) > 600
    for page, names in PAGES.items():
        assert {name: found[name] for name in names} == dict.fromkeys(names, page)
