"""The vocabulary: which path of a detail or an entry is shown in which column.

Paths are spelled as in recon_camt.paths. A text whose path is named here stands in its column, if the column shows just
that text; every other text of the bank goes to `extras` under its path, so nothing is lost.

Source: ISO 20022 message definition reports, Bank-to-Customer Cash Management, camt.052/053/054 versions 01 to 13.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

# Column of a line -> paths of the detail; the first that is there is shown.
DETAIL_COLUMNS: Final = MappingProxyType(
    {
        "end_to_end_id": ("Refs/EndToEndId",),
        "instruction_id": ("Refs/InstrId",),
        "mandate_id": ("Refs/MndtId",),
        "cheque_number": ("Refs/ChqNb",),
        "customer_reference": ("Refs/PmtInfId",),
        "purpose_code": ("Purp/Cd",),
        "return_reason": ("RtrInf/Rsn/Cd", "RtrInf/RtrRsn/Cd", "RtrInf/Rsn/Prtry"),
        "ultimate_debtor": ("RltdPties/UltmtDbtr/Nm",),
        "ultimate_creditor": ("RltdPties/UltmtCdtr/Nm",),
    }
)
ENTRY_COLUMNS: Final = MappingProxyType({"transaction_text": ("AddtlNtryInf",)})
# Stand on either: the detail's goes before the entry's.
CODE_PATHS: Final = ("BkTxCd/Domn/Cd", "BkTxCd/Domn/Fmly/Cd", "BkTxCd/Domn/Fmly/SubFmlyCd")
PROPRIETARY_CODE: Final = "BkTxCd/Prtry/Cd"
SERVICER_REFERENCE: Final = ("AcctSvcrRef", "Refs/AcctSvcrRef")
BATCH_REFERENCE: Final = ("NtryDtls/Btch/PmtInfId", "Btch/PmtInfId")

PARTY_COLUMNS: Final = MappingProxyType(
    {
        "payer_name": ("RltdPties/{}/Nm",),
        "payer_account": (
            "RltdPties/{}Acct/Id/IBAN",
            "RltdPties/{}Acct/Id/Othr/Id",
            "RltdPties/{}Acct/Id/BBAN",
            "RltdPties/{}Acct/Id/UPIC",
            "RltdPties/{}Acct/Id/PrtryAcct/Id",
        ),
        "payer_bank": (
            "RltdAgts/{}Agt/FinInstnId/BIC",
            "RltdAgts/{}Agt/FinInstnId/CmbndId/BIC",
            "RltdAgts/{}Agt/FinInstnId/ClrSysMmbId/MmbId",
            "RltdAgts/{}Agt/FinInstnId/ClrSysMmbId/Id",
            "RltdAgts/{}Agt/FinInstnId/Othr/Id",
        ),
    }
)
# The creditor's identifier of direct debits; any other number of the creditor is not one.
CREDITOR_ID: Final = "RltdPties/Cdtr/Id/PrvtId/Othr/Id"
CREDITOR_ID_SCHEME: Final = "RltdPties/Cdtr/Id/PrvtId/Othr/SchmeNm/Prtry"
CREDITOR_ID_SHAPE: Final = r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{3}[A-Za-z0-9+?/:().,'-]{1,28}$"

UNSTRUCTURED: Final = "RmtInf/Ustrd"
ADDITIONAL_TEXT: Final = "AddtlTxInf"
CREDITOR_REFERENCE: Final = ("CdtrRefInf/Ref", "CdtrRefInf/CdtrRef")
DOCUMENT_NUMBERS: Final = ("RfrdDocInf/Nb", "RfrdDocInf/RfrdDocNb")
STRUCTURED_TEXT: Final = "AddtlRmtInf"

# Amounts of a detail in the order in which they may be its share of a batch.
SHARES: Final = ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt")
# Amounts that may be the original one, best first.
ORIGINALS: Final = (
    "AmtDtls/InstdAmt/Amt",
    "AmtDtls/TxAmt/Amt",
    "Amt",
    "AmtDtls/CntrValAmt/Amt",
)
RATES: Final = (
    "AmtDtls/InstdAmt/CcyXchg/XchgRate",
    "AmtDtls/TxAmt/CcyXchg/XchgRate",
    "AmtDtls/CntrValAmt/CcyXchg/XchgRate",
)
CHARGES: Final = ("Chrgs/Rcrd/Amt", "Chrgs/Amt")
TOTAL_CHARGES: Final = "Chrgs/TtlChrgsAndTaxAmt"

# Words for "there is none", as the standard and the German banks write them.
NOT_PROVIDED: Final = ("NOTPROVIDED", "NOT PROVIDED")

STATUSES: Final = MappingProxyType(
    {"BOOK": "booked", "PDNG": "pending", "FUTR": "pending", "INFO": "information"}
)
