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
    "nl": _words(
        "Jansen Visser Smit Meijer Bakker Mulder Bos Vos Peters Hendriks Dekker Brouwer Koning Maas Verhoeven Prins Blom Huisman "
        "Postma Kuipers Veenstra Kramer Willems Hoekstra Koster Scholten Timmermans Groen Jacobs Wouters Claes Goossens Maes "
        "Mertens Peeters Janssens Lambrechts Hermans Michiels Aerts Declercq Martens Segers Bogaert"
    ),
    "no": _words(
        "Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Jensen Karlsen Johnsen Pettersen Eriksen Berg Haugen "
        "Hagen Johannessen Solberg Halvorsen Bakken Moen Strand Lunde Hauge Sørensen Fjeld Aas Nygård Sæther Bjørnstad Lie "
        "Tangen Dahl Ødegård Myhre"
    ),
    "sv": _words(
        "Andersson Johansson Karlsson Nilsson Eriksson Persson Svensson Gustafsson Lindberg Lindström Bergström Lundqvist "
        "Sandberg Forsberg Sjöberg Wallin Engström Danielsson Håkansson Lundgren Björk Nyström Holmberg Ekström Åkesson Öberg "
        "Virtanen Korhonen Nieminen Mäkinen Laine Heikkinen Koskinen Järvinen"
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
    "nl": _words(
        "Techniek Bouw Logistiek Installaties Drukkerij Meubelen Optiek Koeltechniek Verpakkingen Kunststoffen Voeding Groothandel "
        "Hoveniers Kozijnen Transport Papier Gereedschap Dakwerken Schilders Brouwerij Textiel Glas Houthandel Staal Milieu "
        "Ventilatie Schoonmaak Standbouw"
    ),
    "no": _words(
        "Maskin Elektro Logistikk Bygg Rør Trykkeri Møbler Optikk Kjøleteknikk Emballasje Plast Mat Engros Hage Vindu Transport "
        "Papir Verktøy Tak Maler Bryggeri Tekstil Glass Trelast Stål Miljø Ventilasjon Renhold"
    ),
    "sv": _words(
        "Maskin Elteknik Logistik Bygg Rör Tryckeri Möbler Optik Kylteknik Förpackning Plast Livsmedel Grossist Trädgård Fönster "
        "Åkeri Papper Verktyg Tak Måleri Bryggeri Textil Glas Trä Stål Miljö Ventilation Städ"
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
    "nl": _words(
        "Noord Zuid West Oost Utrecht Breda Delft Zwolle Arnhem Tilburg Gent Brugge Leuven Hasselt Mechelen Aalst Venlo Gouda"
    ),
    "no": _words(
        "Nord Sør Vest Øst Bergen Oslo Tromsø Bodø Molde Larvik Hamar Narvik Skien Halden"
    ),
    "sv": _words("Norr Söder Väst Öst Malmö Lund Umeå Kalmar Gävle Borås Turku Vaasa Oulu Visby"),
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
    "NL": ("B.V.", "BV", "B.V.", "N.V.", "V.O.F."),
    "BE": ("BV", "NV", "BV", "BVBA", "VOF"),
    "CH": ("AG", "GmbH", "AG", "Sàrl", "KlG"),
    "NO": ("AS", "AS", "ASA", "ANS", "ENK"),
    "SE": ("AB", "AB", "HB", "KB", "AB (publ)"),
    "FI": ("Oy", "Oy", "Oy Ab", "Oyj", "Ky"),
}
SISTER_WORDS = {
    "de": ("Service", "Vertrieb", "Holding", "Nord", "Süd", "International"),
    "en": ("Services", "Holdings", "Sales", "International", "North", "South"),
    "nl": ("Service", "Verkoop", "Holding", "Noord", "Zuid"),
    "no": ("Service", "Salg", "Holding", "Nord", "Sør"),
    "sv": ("Service", "Försäljning", "Holding", "Norr", "Söder"),
}
GIVEN_NAMES = {
    "de": _words("Anna Jonas Petra Klaus Sabine Uwe Heike Lukas Birgit Jürgen Monika Stefan"),
    "en": _words("James Mary Robert Linda Michael Susan David Karen Daniel Nancy Paul Emma"),
    "nl": _words("Jan Anna Pieter Maria Kees Els Bram Sanne Luc Griet Joost Femke"),
    "no": _words("Ola Kari Per Ingrid Lars Solveig Nils Astrid Bjørn Liv"),
    "sv": _words("Erik Karin Lars Eva Anders Sofia Matti Aino Göran Åsa"),
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
    "NL": ("Belastingdienst Apeldoorn", "Delta Verzekeringen NV", "Gemeente Breda", "UWV"),
    "BE": ("FOD Financien", "Schelde Verzekeringen NV", "Stad Gent", "RSZ"),
    "CH": ("Steuerverwaltung Zug", "Alpen Versicherung AG", "Stadtwerke Luzern", "SUVA"),
    "NO": ("Skatteetaten", "Fjord Forsikring ASA", "Bergen kommune", "NAV"),
    "SE": ("Skatteverket", "Mälar Försäkring AB", "Lunds kommun", "Försäkringskassan"),
    "FI": ("Verohallinto", "Saaristo Vakuutus Oy", "Vaasan kaupunki", "Kela"),
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
    "nl": ("Staalhandel Maas BV", "Energie Delta NV", "Kantoorcentrum Blom", "Lease Unie BV"),
    "no": ("Stålgruppen AS", "Kraft Vest AS", "Kontorhuset AS", "Nordleasing AS"),
    "sv": ("Stålhuset AB", "Kraft Norr AB", "Kontorsgruppen AB", "Nordleasing AB"),
}
CARD_SCHEMES = ("Adyen N.V.", "STRIPE", "SumUp Payments", "Worldline", "PAYPAL")

# Trading names under which companies pay that stand in the books as something else.
BRAND_BEGINNINGS = _words(
    "Nova Hansa Vario Poly Inter Terra Alpha Omni Arca Tria Vela Luma Cora Fenix Delta Solva Quanta Rivo Mira Zeta"
)
BRAND_ENDINGS = _words("tec plan log med therm form line mark pro net dur flex gen sys via con")
AGENT_WORDS = {
    "de": ("Zentralregulierung", "Einkaufsverbund", "Treuhand", "Abrechnungsdienst"),
    "en": ("Payment Services", "Buying Group", "Trustees", "Clearing"),
    "nl": ("Inkoopcombinatie", "Betaaldiensten", "Trustkantoor"),
    "no": ("Innkjøpsring", "Betalingsservice", "Regnskap"),
    "sv": ("Inköpsring", "Betaltjänst", "Redovisning"),
}
FACTORS = {
    "de": ("Kontor Factoring AG", "Merkur Faktor Bank", "Union Forderungskauf GmbH"),
    "en": ("Keystone Factors", "Union Receivables", "Merchant Factoring Co"),
    "nl": ("Polder Factoring NV", "Unie Debiteurenfinanciering"),
    "no": ("Nordlys Factoring AS", "Fjord Finans AS"),
    "sv": ("Mälar Factoring AB", "Norr Finans AB"),
}
PROVIDERS = ("Mollie Payments", "STRIPE PAYMENTS", "Klarna Bank AB", "GoCardless", "PAYPAL EUROPE")
TAX_OFFICES = {
    "DE": ("Finanzamt Hamburg-Nord", "Bundeskasse Trier"),
    "US": ("IRS USATAXPYMT", "STATE DEPT OF REVENUE"),
    "GB": ("HMRC PAYE", "HMRC CUMBERNAULD"),
    "NL": ("Belastingdienst",),
    "BE": ("FOD Financien", "RSZ-ONSS"),
    "CH": ("ESTV Bern", "SVA Zug"),
    "NO": ("Skatteetaten",),
    "SE": ("Skatteverket",),
    "FI": ("Verohallinto",),
}
