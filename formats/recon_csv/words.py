"""The words banks put over their columns, and what each means. Data only, no judgement about a file.

Collected from about 400 real exports in sixteen languages. A word is compared whole, after `plain_words`; a word with two
meanings (Italian `valuta` is a value date at one bank and a currency at the next) lists both, and the column's content decides.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from recon.api import exponents

if TYPE_CHECKING:
    from collections.abc import Mapping

# Role: the words, parted by " | ". Within a role the order is that of preference where a file has several.
_WORDS: Final = {
    "booking_date": """
        buchungsdatum | buchungstag | bu tag | booking date | bookingdate | posting date | posted date | post date
        | booked | booked on | booked date | entry date | posted | posted on | bank date | date booked
        | date posted | date processed | date completed utc | transaction completed utc | completed date
        | datum des abschlusses | data di completamento | date de comptabilisation | date comptable | date d ecriture
        | dateop | date op | date operation | date de l operation | data di registrazione | data registrazione
        | data di contabilizzazione | data contabile | data op | data oper | data operazione | data lancamento | data mov
        | fecha operacion | fecha de operacion | fecha contable | fecha mov | boekdatum | boekingsdatum | uitvoeringsdatum
        | datum verrekening | data ksiegowania | datum zauctovani | bokforingsdag | bokforingsdatum
        | bogforingsdato | bogfort | bokfort | bokforingsdato | bokfort dato | kirjauspaiva | konyveles datuma
        | дата обработки операции | дата проводки | 记账日期 | 记账日 | 银行记账日 | transactiedatum
        | datum | date | data | fecha | dato | pvm | date transaction""",
    "transaction_date": """
        transaction date | trade date | date de transaction | data dell operazione | tran date | txn date | data transazione | transaktionsdatum
        | abschlussdatum | execution date | created | started date | date started utc | purchase date | einkaufsdatum
        | data operacji | datum provedeni | datum verrichting | tranzakcio datuma | datum v verrichting | transaktionsdag
        | data di acquisto | date d achat | дата операции | дата совершения операции | 交易日期 | 交易日 | 交易时间 | datetime
        | data di chiusura | date de conclusion | abschluss""",
    "value_date": """
        valuta | valutadatum | value date | valuedate | valutadate | value dated | val date | valued | wertstellung | wert | wertstellungsdatum
        | date de valeur | date valeur | dateval | date val | valeur | data valuta | data di valuta | data val | data valor
        | fecha valor | datum valuty | data waluty | valutadag | rentedatum | arvopaiva | erteknap | data della valuta
        | rentedato | valeurdatum""",
    "amount": """
        amount | betrag | umsatz | amount booked | booked amount | entry amount | signed amount | net movement | movement | importo | montant | bedrag | importe | valor | kwota | kwota operacji | castka | belop
        | belob | belopp | maara | osszeg | tranzakcio osszege | suma | summa | transaction amount | transaktionsbetrag
        | montant de l operation | montant de la transaction | bedrag v d verrichting | billing amount | amount total
        | buchungsbetrag | amount payment currency | betrag in kontowahrung | importo della transazione
        | zauctovana castka | сумма в валюте счета | сумма операции | 交易金额 | 金额 | 金额 元
        | paid amount | quantita | quantit | soll haben""",
    "net": "net | netto | net amount | nettobetrag | netto betrag",
    "gross": "gross | lordo | avant commission | brutto | gross amount",
    "total": "total amount | total",
    "debit": """
        debit | debit amount | debitamount | debits | debited | amount debited | amount out | outgoing | payments out | paid out amount | soll | belastung | belastungsbetrag | lastschrift | belastungen
        | sollbetrag | addebito | addebiti | importo di addebito | importo addebito | dare | uscite | debito | montant debite
        | withdrawal | withdrawals | withdrawal amount | paid out | money out | debet | af | cargo | cargos | debe
        | obciazenia | wyplaty | ut | ut av konto | расход | 支出 | 记账金额 支出""",
    "credit": """
        credit | credit amount | creditamount | credits | credited | amount credited | amount in | incoming | receipts | payments in | haben | gutschrift | gutschriftsbetrag | gutschriften
        | habenbetrag | accredito | accrediti | importo di accredito | importo accredito | avere | entrate | credito
        | montant credite | accreditamento | deposit | deposits | deposit amount | paid in | money in | bij | abono
        | abonos | haber | uznania | wplaty | inn | inn pa konto | приход | 存入 | 记账金额 收入""",
    "flag": """
        af bij | d c | c d | dc | cd | s h | sh | debit credit | credit debit | debet credit | creditdebet | debitcredit
        | soll haben | debit kredit | debito credito | belastung gutschrift | gutschrift belastung | addebito accredito
        | direction | richtung | kennzeichen | cr dr | dr cr | bevetel kiadas | 借贷 | 收 支 | transaction type | type
        | indicator | debit credit indicator | sens""",
    "balance": """
        balance | running balance | runningbalance | ledger balance | closing balance | balance after | balance after transaction | book balance | saldo | kontostand | solde | saldo na mutatie | saldo contabile
        | saldo nach buchung | saldo po operacji | saldo rachunku | account balance | accountbalance | egyenleg
        | saldo efter bokford | bokfort saldo | saldo contable | 余额 | 联机余额 | 本次余额 | остаток""",
    "fee": """
        fee | fees | total fees | gebuhr | geb hr | costo | commission | tariffa | poplatek | transaction costs
        | transaktionskosten | fees commission | frais | commissione""",
    "detail_amount": """
        individual amount | einzelbetrag | importo singolo | sous montant | importo dettaglio | betrag detail | detail amount
        | montant detail""",
    "currency": """
        currency | wahrung | waehrung | whrg | ccy | curr | devise | monnaie | monn | moneta | mon | divisa | div | munt | valuta
        | waluta | mena | mena uctu | devizanem | tranzakcio devizaneme | valutacode | moneda | currency code
        | billing currency | payment currency | valuta rekening | konto wahrung | valyuta | валюта | валюта счета
        | 币种 | 货币 | 币别 | 记账币种 | debit currency | credit currency""",
    "own_account": """
        auftragskonto | rekening | rekeningnummer | account | accountnum | own account | eigenes konto | auftraggeberkonto
        | nr v d rekening | rachunek | numer rachunku | cislo uctu | szamlaszam | номер счета | compte
        | numero de compte | num ro de compte""",
    "some_account": """
        iban | kontonummer | numer konta | account number | account no | konto nr | konto | iban kontonummer | kontonummer iban
        | numero di conto | numero conto | rib | bankkonto""",
    "payer_name": """
        auftraggeber empfanger | empfanger auftraggeber | begunstigter auftraggeber | beguenstigter auftraggeber
        | beguenstigter zahlungspflichtiger | begunstigter zahlungspflichtiger | auftraggeber begunstigter
        | auftraggeber zahlungsempfanger | name zahlungsbeteiligter | empfanger auftraggeber name | name des partners
        | name auftraggeber begunstigter | zahlungsempfanger in | zahlungspflichtige r | empfanger | naam omschrijving
        | naam tegenpartij | tegenrekeninghouder | naam v d tegenpartij | naam | name | nom | nome | payer name
        | payee name | payee | payer | partner name | partner neve | counteraccount name | nazev protiuctu
        | counterparty | counterparty name | other party | remitter | remitter name | ordering party | ordering customer | originator | debtor
        | debtor name | creditor name | beneficiary name | payer payee | payee payer | sender name | counter party | counterparty s name | beneficiary | recipient | sender | merchant | merchant name | handler
        | commerciante | handelaar | client name | nadawca odbiorca | kontrahent | nazwa kontrahenta | saaja maksaja
        | motpart | mottagare avsandare | empfanger zahlungspflichtiger | name des empfangers | auftraggebername
        | empfangername | 对方户名 | 对方账户名 | 交易对方 | 对手信息""",
    "payer_account": """
        tegenrekening | tegenrekeningnummer | payer account | payer iban | payer account number | payer s account | debtor account | debtor iban
        | counter account | counter iban | counteraccount | counterparty account number | counterparty account iban | counterparty s account
        | remitter account | remitter iban | sender account | sender iban | originator account
        | beneficiary account | creditor account | creditor iban | payee account | payee iban | partner account | partner iban
        | rekeningnummer tegenpartij | rekening tegenpartij | payee account number
        | bank account | bank account details | kontoverbindung des partners | counterparty account | beneficiary iban
        | beneficiary account number | iban zahlungsbeteiligter | empfanger auftraggeber iban | konto bank
        | counterparty iban | iban auftraggeber | partner szamlaszama | cislo protiuctu
        | protiucet | rachunek kontrahenta | rachunek nadawcy odbiorcy | auftraggeber iban kto nr | 对方账号 | 对方账户
        | 对方卡号 账号""",
    "payer_bank": """
        bic | bic swift code | payer bic | payer bank | debtor bic | debtor bank | remitter bank | counterparty bic | counterparty bank | sender bank | bic tegenpartij | partner bic | empfanger auftraggeber bic | bic zahlungsbeteiligter | swift
        | swift bic | beneficiary bic | auftraggeber bic blz | 对方开户行""",
    "remittance": """
        verwendungszweck | vorgang verwendungszweck | remittance | remittance information | remittance info | remittance text | remittance details
        | unstructured remittance information | payment details | payment information | payment description | narration | particulars
        | zahlungszweck | verwendung | vwz | buchungsdetails | beschreibung
        | description | descrizione | descrizione operazioni | descrizione completa | descrizione movimento
        | descricao | historico | avisierungstext | testo di avviso | testo d avviso | texte de notification
        | notification text | text | testo | tekst | texte | libelle | libell | label | omschrijving | mededeling
        | mededelingen | vrije mededeling | details | dettagli | detail | detail de l ecriture | note | notes | memo
        | narrative | concepto | opis | opis operacji | tytul | tytul operacji | zprava | zprava pro prijemce
        | message | message for payee | kozlemeny | popis | beskrivning | meddelelse | meddelande | melding | selite | viesti
        | transaction description | transaction details | payment reference | reference | ref | referenz | riferimento
        | mitteilung referenz | mitteilung | remarque | umsatztext | booking details | bookingtext
        | dettagli di contabilizzazione | details de comptabilisation | testo di contabilizzazione
        | testo contabilizzazione | tipo di ordine testo di contabilizzazione | denominazione | communication
        | gegenstand | zusatzinfos buchung | zusatzinfos transaktion | transactions | desc | reason | 摘要 | 附言 | 交易摘要
        | 交易描述 | 交易说明 | 交易附言 | 客户摘要 | 商品 | описание | назначение платежа""",
    "bank_reference": """
        transaction id | transaction no | bank reference | bank ref | transaction reference | transaction ref | transaction number | entry reference
        | account servicer reference | statement reference | tran id | txn id | unique id | transaktions nr | transaktions id | n di transazione | n de transaction | no de transaction
        | transferwise id | id | transaction reference number | reference number | ref v d verrichting | auftragsnummer
        | numero di ordine | rif esterno | id transakce | referencni cislo transakce
        | operation number | codice transazione | numero de transaction | archive id | arkistointitunnus
        | transaction uuid | 交易单号 | 日 志 号""",
    "end_to_end_id": """
        end to end identifikation |
        kundenreferenz end to end | end to end referenz | endtoendid | end to end identification | end to end ref | e2e id | end to end id | endtoend id | e2e referenz | client reference
        | end to end reference""",
    "mandate_id": "mandatsreferenz | mandat id | machtigingsnummer | mandate identification | mandate id | mandaat",
    "structured_reference": """
        gestructureerde mededeling | structured remittance | structured remittance information | structured ref | zahlungsreferenz | structured communication | communication structuree | viite
        | viitenumero | ocr | kid | structured reference | creditor reference""",
    "customer_reference": "kundenreferenz | customer ref | payer reference | auftraggeberreferenz | customer reference | eigene referenz | reference platby",
    "cheque_number": "check number | checknumber | check | cheque number | cheque | check no",
    "transaction_code": "code | caus | posting key | buchungsschlussel | mcc | gvc | primanota",
    "transaction_text": """
        buchungstext | umsatzart | mutatiesoort | buchungsart | bewegungstyp | tipo di movimento | type de transaction
        | type of transaction | auftragsart | tipo di ordine | type d ordre | causale | typ | art | transaktionstyp | tipo
        | posting text | transaction type | type | umsatztyp | betaalwijze | typ transakce | tranzakcio tipusa
        | transactiesoort | 交易类型 | 交易名称""",
    "status": """
        status | stato | state | etat | transaction status | info | buchungsstatus | stav | stan | estado | tila | 当前状态""",
    # Known so that they are not taken for something else: amounts and currencies of another money.
    "foreign": """
        original amount | orig amount | local amount | foreign amount | amount in foreign currency | betrag fremdwahrung
        | betrag in fremdwahrung | importo estero | originalbetrag | original currency | orig currency | local currency
        | foreign currency | fremdwahrung | valuta estera | amount currency | balance currency | exchange rate
        | wechselkurs | kurs | cours | tax | tva | fee currency""",
    # Pockets of one account at new banks; each has a balance of its own.
    "pocket": "product | produkt | prodotto | spend program",
}

# A name that says "reference" alone is the payer's text, unless the payer's text has a column of its own.
BARE_REFERENCES: Final = frozenset({"reference", "referenz", "riferimento", "ref"})
PURPOSE_WORDS: Final = frozenset(
    {
        "remittance",
        "remittance information",
        "remittance info",
        "remittance text",
        "remittance details",
        "unstructured remittance information",
        "payment details",
        "payment information",
        "payment description",
        "verwendungszweck",
        "zahlungszweck",
    }
)

# Bounded, and looked for at the end of a cell alone: a cell may be a long run of blanks.
_CURRENCY_IN_NAME: Final = re.compile(
    r"[\s(\[]{0,4}(?:\b(?:in|en)\s{1,4})?[\s(\[]{0,4}\b([A-Z]{3})\b[\s)\]]{0,4}$"
)
_END_OF_NAME: Final = 40
_SYMBOL_IN_NAME: Final = {"€": "EUR", "£": "GBP", "zł": "PLN"}
_KEPT_LETTERS: Final = str.maketrans(
    {"ø": "o", "æ": "ae", "ł": "l", "đ": "d", "ß": "ss", "Ø": "o", "Æ": "ae", "Ł": "l"}
)


@lru_cache(maxsize=4096)
def plain_words(text: str) -> str:
    """Reduce a name to lower-case words without accents, signs and a currency at its end.

    >>> plain_words("Importo di addebito (CHF)"), plain_words("Date d'écriture"), plain_words("Betrag (€)")
    ('importo di addebito', 'date d ecriture', 'betrag')
    """
    found = _currency_at_end(text)
    if found:
        text = text[: found[1]]
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text.translate(_KEPT_LETTERS))
        text = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.findall(r"\w+", text.casefold().replace("_", " ")))


def _currency_at_end(text: str) -> tuple[str, int] | None:
    """Give the currency that ends a name of more than itself, and where the rest of the name ends."""
    whole = text.rstrip()
    before = max(0, len(whole) - _END_OF_NAME)
    found = _CURRENCY_IN_NAME.search(whole[before:])
    if found and found[1] in exponents() and before + found.start() > 0:
        return found[1], before + found.start()
    return None


def currency_in_name(text: str) -> str | None:
    """Give the currency that a column's name states, as in `Amount (EUR)` or `Saldo CHF`."""
    found = _currency_at_end(text)
    if found:
        return found[0]
    return next((code for sign, code in _SYMBOL_IN_NAME.items() if sign in text), None)


def _by_word() -> Mapping[str, tuple[tuple[str, int], ...]]:
    table: dict[str, list[tuple[str, int]]] = {}
    for role, words in _WORDS.items():
        for place, word in enumerate(words.split("|")):
            table.setdefault(word.strip(), []).append((role, place))
    return MappingProxyType({word: tuple(roles) for word, roles in table.items()})


# Word: its roles, each with its place of preference within the role.
ROLES: Final = _by_word()


def roles_of(name: str) -> tuple[tuple[str, int], ...]:
    """Give the roles that a column's name may have; a name with lost letters (U+FFFD) is compared around them."""
    if "\ufffd" in name:
        pieces = [plain_words(piece) for piece in re.split("\ufffd+", name)]
        pattern = re.compile(".{1,2}".join(map(re.escape, pieces)))
        return next((roles for word, roles in ROLES.items() if pattern.fullmatch(word)), ())
    word = plain_words(name)
    if word in ROLES:
        return ROLES[word]
    # Purpose columns are numbered: VWZ1, Verwendung 3, Description2.
    return ROLES.get(re.sub(r" ?[0-9]{1,2}$", "", word), ())
