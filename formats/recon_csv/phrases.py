"""What banks write into cells: flags, states of a payment, words for balances and totals. Data only, in plain words."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    """Part a text at its bars."""
    return frozenset(" ".join(word.split()) for word in text.split("|"))


# Header names that say: these are open items, our own output or another ledger, no bank statement.
NOT_A_STATEMENT: Final = _words("""
    amount due | data scadenza | date d echeance | due date | duedate | echeance | entry key | faellig
    am | faelligkeit | faelligkeitsdatum | fallig am | falligkeit | falligkeitsdatum | fate | fecha de
    vencimiento | forfaldsdato | forfallodag | forfallsdato | line id | offener betrag | offener posten
    | open amount | outstanding | outstanding amount | posting account | restbetrag | scadenza | termin
    platnosci | vencimiento | vervaldatum
""")
DEBIT_FLAGS: Final = _words("""
    addebito | af | ausgang | belastung | cargo | d | dare | db | dbit | debet | debit | debito | dr |
    kiadas | lastschrift | minus | obciazenie | out | outflow | s | soll | uit | ut | withdrawal | 借 | 借
    dr | 支出
""")
CREDIT_FLAGS: Final = _words("""
    abono | accredito | avere | bevetel | bij | c | cr | crdt | credit | credito | deposit | eingang |
    gutschrift | h | haben | in | inflow | inn | kr | kredit | plus | uznanie | 收入 | 贷 | 贷 cr
""")
# A pending or failed payment is no booked entry: it comes again when it is booked, or never.
BOOKED_STATUSES: Final = _words("""
    abgeschlossen | ausgefuhrt | bogfort | bokfort | booked | completato | complete | completed |
    comptabilise | contabilizado | contabilizzata | contabilizzato | executed | geboekt | gebucht |
    issued | paid | posted | rozliczono | settled | termine | uitgevoerd | umsatz gebucht | valid |
    verbucht | 交易成功 | 支付成功
""")
# What has failed is never booked; everything else that is not booked is still to be.
VOID_STATUSES: Final = _words("""
    abgelehnt | annullato | annulliert | canceled | cancelled | declined | denied | failed |
    fehlgeschlagen | rejected | reverted | storniert | 交易关闭 | 支付失败
""")
UNBOOKED_STATUSES: Final = VOID_STATUSES | _words("""
    an pending | ausstehend | authorised | authorized | autorizzato | en attente | in attesa | in
    bearbeitung | in behandeling | in sospeso | non contabilizzato | oczekujaca | pendiente | pending |
    processing | umsatz vorgemerkt | vorgemerkt
""")
OPENING_WORDS: Final = _words("""
    alter kontostand | anfangsbestand | anfangssaldo | balance at start of period | beginning balance |
    beginsaldo | ingaende saldo | letzter kontostand | opening balance | saldo anterior | saldo inicial
    | saldo iniziale | saldo poczatkowe | solde de depart | solde initial | starting balance |
    startsaldo
""")
CLOSING_WORDS: Final = _words("""
    balance at end of period | closing balance | eindsaldo | ending balance | endsaldo | kontostand |
    neuer kontostand | saldo actual | saldo final | saldo finale | saldo koncowe | schlusssaldo |
    slutsaldo | solde final | utgaende saldo
""")
BALANCE_WORDS: Final = _words("""
    balance | balance brought forward | balance forward | report de solde | saldo | saldo contabile |
    saldovortrag | solde | solde reporte | ubertrag
""")
TOTAL_WORDS: Final = _words("""
    gesamt | somme | suma | summe | totaal | total | totale | totale accrediti | totale addebiti |
    totale entrate | totale movimenti | totale uscite | totals | 人民币合计 | 合计 | 总计
""")
