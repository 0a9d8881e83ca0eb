"""A workspace whose bank shows a payout of a provider and a transfer for two invoices, which only announcements explain.

In: a folder. Out: a workspace with folders for advices and batches; the files of either, as text.
"""

from __future__ import annotations

from tests.faults.bank import put

SETTINGS = 'remittances = "remittances"\nbatches = "batches"\ncustomers = "customers.csv"\n'
STATEMENT = """:20:X
:25:DE89370400440532013000
:28C:{page}/1
:60F:C260115EUR{opening}
{lines}
:62F:C260116EUR{closing}
-
"""
PAYOUT = """:61:2601160116C177,40NTRFNONREF//B1
:86:166?00GUTSCHRIFT?20STRIPE PAYOUT PO-884201?32STRIPE PAYMENTS EUROPE"""
TRANSFER = """:61:2601160116C1300,00NTRFNONREF//B2
:86:166?00GUTSCHRIFT?20ZAHLUNG ZR-88123?32ACME GMBH"""
ITEMS = """item_id,number,customer_id,currency,open_amount
1,INV-1001,C1,EUR,100.00
2,INV-1002,C2,EUR,80.00
3,7003,C3,EUR,500.00
4,7004,C3,EUR,800.00
5,7005,C3,EUR,1300.00
"""
CUSTOMERS = "customer_id,name\nC1,Berta Bau\nC2,Carl Cramer\nC3,Acme GmbH\n"
BATCH_HEAD = (
    "batch_reference,provider,settled_on,currency,net_amount,part_id,reference,gross_amount,fee\n"
)
BATCH = BATCH_HEAD + (
    "PO-884201,Stripe,2026-01-15,EUR,177.40,ch_1,INV-1001,100.00,1.40\n"
    "PO-884201,Stripe,2026-01-15,EUR,177.40,ch_2,INV-1002,80.00,1.20\n"
)
ADVICE_HEAD = "advice_id,payer_name,reference,total,currency,item_number,amount\n"
ADVICE = ADVICE_HEAD + (
    "A-17,Acme GmbH,ZR-88123,1300.00,EUR,7003,500.00\n"
    "A-17,Acme GmbH,ZR-88123,1300.00,EUR,7004,800.00\n"
)


def statement(*lines, page=1, opening="1000,00", closing="2477,40"):
    """Give a statement of these lines."""
    told = {"page": page, "opening": opening, "closing": closing, "lines": "\n".join(lines)}
    return STATEMENT.format(**told).encode()


def make_announced(folder, settings=SETTINGS):
    """Set up the workspace: both receipts wait in the inbox, and nothing is announced yet."""
    for name in ("inbox", "remittances", "batches"):
        (folder / name).mkdir(parents=True)
    (folder / "recon.toml").write_text(settings, "utf-8")
    put(folder, "open_items.csv", ITEMS.encode())
    put(folder, "customers.csv", CUSTOMERS.encode())
    put(folder / "inbox", "bank.sta", statement(PAYOUT, TRANSFER))
    return folder


def announce(folder, role, text, name="first.csv"):
    """Lay an announcement down."""
    return put(folder / role, name, text.encode())
