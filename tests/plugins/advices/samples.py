"""Advices as payers write them, made for these tests: each builder gives sound bytes, and tests spoil them."""

from __future__ import annotations

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.054.001."


def edi(*segments, divider="*", end="~\n", parts=">", version="00401", counted=None):
    """Give an interchange of one 820 with these segments between ST and SE."""
    ends = end.rstrip("\n") or "\n"
    head = [
        "ISA", "00", " " * 10, "00", " " * 10, "ZZ", "ACME".ljust(15), "ZZ", "US".ljust(15),
        "260210", "1200", "U", version, "000000007", "0", "P", parts,
    ]  # fmt: skip
    count = len(segments) + 2 if counted is None else counted
    body = [
        "GS*RA*ACME*US*20260210*1200*7*X*004010",
        "ST*820*0001",
        *segments,
        f"SE*{count}*0001",
        "GE*1*7",
        "IEA*1*000000007",
    ]
    rows = ["*".join(head), *body]
    gap = "\n" if end.endswith("\n") and ends != "\n" else ""
    return "".join(row.replace("*", divider) + ends + gap for row in rows)


def payment(total="1250.00", *, items=("RMR*IV*INV-1**1250.00",), before=()):
    """Give the segments of a payment by ACME."""
    return (
        f"BPR*C*{total}*C*ACH*CTX*01*021000021*DA*123*1234567890**01*021000089*DA*987*20260210",
        "TRN*1*TRC-2026-0042*1234567890",
        "DTM*097*20260210",
        "N1*PR*ACME SUPPLY INC*91*C100",
        "N1*PE*OUR COMPANY",
        "ENT*1",
        *before,
        *items,
    )


def ubl(
    *lines, total='<b:TotalPaymentAmount currencyID="EUR">{}</b:TotalPaymentAmount>', paid="1300.00"
):
    """Give a RemittanceAdvice of ACME."""
    told = total.format(paid)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<RemittanceAdvice xmlns="{UBL}RemittanceAdvice-2" xmlns:a="{UBL}CommonAggregateComponents-2" xmlns:b="{UBL}CommonBasicComponents-2">
 <b:ID>RA-17</b:ID><b:IssueDate>2026-02-09</b:IssueDate>
 <b:DocumentCurrencyCode>EUR</b:DocumentCurrencyCode>{told}
 <b:PayerReference>ZR-88123</b:PayerReference>
 <a:AccountingCustomerParty><b:SupplierAssignedAccountID>C1</b:SupplierAssignedAccountID>
  <a:Party><a:PartyName><b:Name>ACME</b:Name></a:PartyName>
   <a:PartyLegalEntity><b:RegistrationName>ACME GmbH</b:RegistrationName></a:PartyLegalEntity></a:Party>
 </a:AccountingCustomerParty>
 {"".join(lines)}
</RemittanceAdvice>""".encode()


def ubl_line(
    number, debit="0.00", credit="0.00", *, kind="InvoiceDocumentReference", more="", at="1"
):
    """Give a line that pays a document."""
    documents = "".join(
        f"<a:BillingReference><a:{kind}><b:ID>{one}</b:ID></a:{kind}></a:BillingReference>"
        for one in ([number] if isinstance(number, str) else number)
    )
    return f"""<a:RemittanceAdviceLine><b:ID>{at}</b:ID>
  <b:DebitLineAmount currencyID="EUR">{debit}</b:DebitLineAmount>
  <b:CreditLineAmount currencyID="EUR">{credit}</b:CreditLineAmount>{more}{documents}</a:RemittanceAdviceLine>"""


def camt054(*details, total="350.00", sign="CRDT", version="08", more=""):
    """Give a notification of one entry."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{CAMT}{version}"><BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>M1</MsgId></GrpHdr>
 <Ntfctn><Id>N-7</Id><Acct><Id><IBAN>CH9300762011623852957</IBAN></Id></Acct>
  <Ntry><NtryRef>CH4431999123000889012</NtryRef><Amt Ccy="CHF">{total}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{more}
   <AcctSvcrRef>BATCH-2026-0210</AcctSvcrRef>
   <NtryDtls>{"".join(details)}</NtryDtls></Ntry>
 </Ntfctn></BkToCstmrDbtCdtNtfctn></Document>""".encode()


def detail(amount, remittance="", *, payer="Muster AG", old=False, sign=None):
    """Give one payment of an entry; `old` as camt.054.001.02 writes it."""
    told = f'<Amt Ccy="CHF">{amount}</Amt>' if amount else ""
    name = f"<Nm>{payer}</Nm>" if old else f"<Pty><Nm>{payer}</Nm></Pty>"
    where = f"<AmtDtls><TxAmt>{told}</TxAmt></AmtDtls>" if old else told
    indicator = f"<CdtDbtInd>{sign}</CdtDbtInd>" if sign else ""
    return f"""<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>{where}{indicator}
  <RltdPties><Dbtr>{name}</Dbtr></RltdPties><RmtInf>{remittance}</RmtInf></TxDtls>"""


def structured(number="", paid="", *, reference="", code="CINV", word="RmtdAmt"):
    """Give a block of structured remittance information."""
    kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
    document = f"<RfrdDocInf>{kind}<Nb>{number}</Nb></RfrdDocInf>" if number else ""
    amount = f'<RfrdDocAmt><{word} Ccy="CHF">{paid}</{word}></RfrdDocAmt>' if paid else ""
    told = f"<CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf>" if reference else ""
    return f"<Strd>{document}{amount}{told}</Strd>"
