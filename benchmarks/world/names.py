"""Words of which company names, payers and texts are made. All of it is invented."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SURNAMES = {
    "de": _words(
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein "
        "Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Lehmann "
        "Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Vogel "
        "Brückner Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Böhm Ludwig Kraus Schuster"
    ),
    "en": _words(
        "Smith Johnson Williams Brown Jones Garcia Miller Davis Wilson Anderson Taylor Thomas Moore Jackson Martin "
        "Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson "
        "Baker Hall Campbell Mitchell Carter Roberts Phillips Evans Turner Parker Collins Edwards Stewart Morris "
        "Murphy Cook Rogers Morgan Cooper Peterson Reed Bailey Kelly Howard Ward Cox Richardson Wood Watson"
    ),
}
TRADES = {
    "de": _words(
        "Maschinenbau Elektrotechnik Logistik Metallbau Haustechnik Bau Anlagenbau Druckerei Möbelwerkstätten Optik "
        "Kältetechnik Feinmechanik Verpackung Kunststofftechnik Lebensmittel Großhandel Gartenbau Fensterbau "
        "Medizintechnik Sanitär Straßenbau Tiefbau Spedition Papierfabrik Werkzeugbau Dachdeckerei Malerbetrieb "
        "Brauerei Textil Glasbau Holzhandel Stahlhandel Umwelttechnik Lüftungsbau Gebäudereinigung Messebau"
    ),
    "en": _words(
        "Machining Electrical Logistics Metalworks Plumbing Builders Industries Printing Furniture Optics "
        "Refrigeration Tooling Packaging Plastics Foods Wholesale Landscaping Windows Medical Roofing Paving "
        "Trucking Paper Fabrication Brewing Textiles Glass Lumber Steel Environmental Ventilation Cleaning "
        "Exhibits Motors Controls Marine"
    ),
}
TOWNS = {
    "de": _words(
        "Nord Süd West Ost Hamburg Bremen Köln Münster Lübeck Nürnberg Würzburg Göttingen Dresden Leipzig Kassel Mainz "
        "Ulm Jena Halle Kiel"
    ),
    "en": _words(
        "North South West East Boston Denver Austin Portland Leeds Bristol Oxford York Chester Dover Salem Fargo "
        "Tulsa Reno Derby Bath"
    ),
}
LEGAL_FORMS = {
    "DE": (
        "GmbH",
        "GmbH",
        "GmbH",
        "GmbH & Co. KG",
        "AG",
        "KG",
        "OHG",
        "e.K.",
        "UG (haftungsbeschränkt)",
    ),
    "US": ("Inc", "LLC", "Inc.", "Corp", "L.L.C.", "Co"),
    "GB": ("Ltd", "Limited", "Ltd", "PLC", "LLP"),
}
SISTER_WORDS = {
    "de": ("Service", "Vertrieb", "Holding", "Nord", "Süd", "International"),
    "en": ("Services", "Holdings", "Sales", "International", "North", "South"),
}
GIVEN_NAMES = {
    "de": _words("Anna Jonas Petra Klaus Sabine Uwe Heike Lukas Birgit Jürgen Monika Stefan"),
    "en": _words("James Mary Robert Linda Michael Susan David Karen Daniel Nancy Paul Emma"),
}
# Those who send money without being customers.
STRANGERS = {
    "DE": (
        "Finanzamt Hamburg-Mitte",
        "Landeskasse Nordrhein",
        "Hansa Versicherung AG",
        "Stadtwerke Altona",
        "Berufsgenossenschaft Holz",
    ),
    "US": (
        "US TREASURY 310",
        "STATE TAX REFUND",
        "CONTINENTAL INSURANCE",
        "CITY UTILITIES",
        "WORKERS COMP FUND",
    ),
    "GB": (
        "HMRC VAT",
        "Albion Insurance plc",
        "City Council",
        "Thames Utilities",
        "Pension Service",
    ),
}
SUPPLIERS = {
    "de": (
        "Stahlkontor Rhein GmbH",
        "Energie Nordwest AG",
        "Büromarkt Hansen",
        "Leasing Union GmbH",
        "Kurierdienst Blitz",
    ),
    "en": (
        "Ridge Steel Supply",
        "Valley Energy",
        "Office Depot West",
        "Union Leasing",
        "Swift Couriers",
    ),
}
CARD_SCHEMES = ("Adyen N.V.", "STRIPE", "SumUp Payments", "Worldline", "PAYPAL")

INTROS = {
    "de": (
        "Rechnung ",
        "RG ",
        "Rg.-Nr. ",
        "Rechnungsnr. ",
        "",
        "Zahlung ",
        "Re ",
        "Rechnung Nr. ",
        "Beleg ",
    ),
    "en": ("Invoice ", "Inv ", "", "Payment ", "Invoice no. ", "Inv# ", "Ref ", "INV NO "),
}
SILENT_TEXTS = {
    "de": (
        "Zahlung",
        "Ueberweisung",
        "wie besprochen",
        "Danke",
        "Maerz",
        "offene Posten",
        "Ausgleich",
        "",
    ),
    "en": (
        "Payment",
        "Thank you",
        "As agreed",
        "March",
        "Settlement",
        "Account",
        "On account of goods",
        "",
    ),
}
PART_TEXTS = {
    "de": ("Teilzahlung ", "1. Rate ", "Abschlag ", "Anzahlung "),
    "en": ("Part payment ", "1st instalment ", "Deposit ", "Partial "),
}
CREDIT_TEXTS = {
    "de": (" abzgl. Gutschrift ", " ./. ", " minus GS "),
    "en": (" less credit ", " less ", " net of CN "),
}
REFUND_TEXTS = {
    "de": (
        "Erstattung",
        "Umsatzsteuer Erstattung 01/2026",
        "Schadenregulierung",
        "Rueckzahlung Guthaben",
        "Beitragserstattung",
    ),
    "en": ("Refund", "VAT repayment", "Claim settlement", "Credit balance refund", "Rebate"),
}
# Words that commonly stand before a number that is no document number.
FOREIGN_NUMBER_WORDS = {
    "de": ("Kundennummer ", "Vertrag ", "Aktenzeichen ", "Schaden ", "Steuernr. ", "Mitglied "),
    "en": ("Customer no ", "Contract ", "Case ", "Claim ", "Policy ", "Member "),
}
# Trading names under which companies pay that stand in the books as something else.
BRAND_BEGINNINGS = _words(
    "Nova Hansa Vario Poly Inter Terra Alpha Omni Arca Tria Vela Luma Cora Fenix Delta Solva Quanta Rivo Mira Zeta"
)
BRAND_ENDINGS = _words("tec plan log med therm form line mark pro net dur flex gen sys via con")
AGENT_WORDS = {
    "de": ("Zentralregulierung", "Einkaufsverbund", "Treuhand", "Abrechnungsdienst"),
    "en": ("Payment Services", "Buying Group", "Trustees", "Clearing"),
}
FACTORS = {
    "de": ("Kontor Factoring AG", "Merkur Faktor Bank", "Union Forderungskauf GmbH"),
    "en": ("Keystone Factors", "Union Receivables", "Merchant Factoring Co"),
}
PROVIDERS = ("Mollie Payments", "STRIPE PAYMENTS", "Klarna Bank AB", "GoCardless", "PAYPAL EUROPE")
TAX_OFFICES = {
    "DE": ("Finanzamt Hamburg-Nord", "Bundeskasse Trier"),
    "US": ("IRS USATAXPYMT", "STATE DEPT OF REVENUE"),
    "GB": ("HMRC PAYE", "HMRC CUMBERNAULD"),
}
