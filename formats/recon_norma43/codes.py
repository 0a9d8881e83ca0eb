"""The tables of Norma 43: common concepts, and numeric ISO 4217 codes of currencies.

Source: AEB, Cuaderno 43, annex "conceptos comunes"; ISO 4217 lists one and three.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from recon.api import exponents

CONCEPTS: Final = {
    "01": "TALONES - REINTEGROS",
    "02": "ABONARES - ENTREGAS - INGRESOS",
    "03": "DOMICILIADOS - RECIBOS - LETRAS - PAGOS POR SU CUENTA",
    "04": "GIROS - TRANSFERENCIAS - TRASPASOS - CHEQUES",
    "05": "AMORTIZACIONES PRESTAMOS, CREDITOS",
    "06": "REMESAS EFECTOS",
    "07": "SUSCRIPCIONES - DIVIDENDOS PASIVOS - CANJES",
    "08": "DIVIDENDOS CUPONES - PRIMA JUNTA - AMORTIZACIONES",
    "09": "OPERACIONES DE BOLSA, COMPRA/VENTA VALORES",
    "10": "CHEQUES GASOLINA",
    "11": "CAJERO AUTOMATICO",
    "12": "TARJETAS DE CREDITO - TARJETAS DE DEBITO",
    "13": "OPERACIONES EXTRANJERO",
    "14": "DEVOLUCIONES E IMPAGADOS",
    "15": "NOMINAS - SEGUROS SOCIALES",
    "16": "TIMBRES - CORRETAJE - POLIZA",
    "17": "INTERESES - COMISIONES - CUSTODIA - GASTOS E IMPUESTOS",
    "98": "ANULACIONES - CORRECCIONES ASIENTO",
    "99": "VARIOS",
}
CHEQUE: Final = "01"
# Returned items, and entries that cancel or correct earlier ones.
REVERSALS: Final = ("14", "98")

# Currencies that left ISO's list of active codes; old files and archives carry them.
_WITHDRAWN: Final = {
    "040": "ATS", "056": "BEF", "196": "CYP", "233": "EEK", "246": "FIM", "250": "FRF", "276": "DEM",
    "280": "DEM", "300": "GRD", "372": "IEP", "380": "ITL", "428": "LVL", "440": "LTL", "442": "LUF",
    "470": "MTL", "528": "NLG", "620": "PTE", "703": "SKK", "705": "SIT", "724": "ESP", "191": "HRK",
    "975": "BGN",
}  # fmt: skip


@cache
def currencies() -> dict[str, str]:
    """Map each numeric ISO 4217 code, as three digits, to its letters."""
    from iso4217 import Currency  # noqa: PLC0415 -- a table of its own, read with the first file

    active = {f"{each.number:03}": each.code for each in Currency}
    return {number: code for number, code in (_WITHDRAWN | active).items() if code in exponents()}
