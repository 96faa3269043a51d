"""The customers of the demo. All are made up; their numbers and addresses too.

Swedish and German numbers come from the ranges that the authorities keep for
fiction; the other countries have none, so theirs are only well-formed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from odoo.fields import Command

if TYPE_CHECKING:
    from odoo.api import Environment

ZONES = {
    "DK": "Europe/Copenhagen",
    "SE": "Europe/Stockholm",
    "NO": "Europe/Oslo",
    "FI": "Europe/Helsinki",
    "DE": "Europe/Berlin",
    "GB": "Europe/London",
    "NL": "Europe/Amsterdam",
    "PL": "Europe/Warsaw",
}
LANGUAGES = {
    "DK": "da_DK",
    "SE": "sv_SE",
    "NO": "nb_NO",
    "FI": "fi_FI",
    "DE": "de_DE",
    "GB": "en_GB",
    "NL": "en_GB",
    "PL": "en_GB",
}
#: Customers abroad are on the ladder of their country.
LADDERS = {
    "SE": "se",
    "NO": "no",
    "FI": "fi",
    "DE": "de",
    "GB": "neutral",
    "NL": "neutral",
    "PL": "neutral",
}
CURRENCIES = {
    "DK": "DKK",
    "SE": "SEK",
    "NO": "NOK",
    "FI": "EUR",
    "DE": "EUR",
    "GB": "EUR",
    "NL": "EUR",
    "PL": "EUR",
}


@dataclass(frozen=True)
class Customer:
    """A customer before the play begins.

    :param contact: (name, e-mail) of the invoice contact
    :param registry: its number in the company register
    """

    name: str
    email: str
    street: str
    zip: str
    city: str
    country: str = "DK"
    person: bool = False
    mobile: str = ""
    contact: tuple[str, str] | None = None
    grace_days: int = 0
    excluded: bool = False
    registry: str = ""
    vat: str = ""
    looked_after_by: str = ""
    in_branch: bool = False

    @property
    def currency(self) -> str:
        """The currency of invoices that name no other."""
        return CURRENCIES[self.country]

    @property
    def rep(self) -> str:
        """Login of who looks after this customer."""
        return self.looked_after_by or ("rasmus" if self.country == "DK" else "signe")


CUSTOMERS = {
    "boelgebryder": Customer(
        "Bølgebryder Maritim ApS",
        "kontakt@boelgebryder.example",
        "Østhavnsvej 3",
        "9990",
        "Skagen",
        contact=("Bogholderiet, Bølgebryder", "faktura@boelgebryder.example"),
    ),
    "klitmose": Customer(
        "Klitmose Tømrerfirma ApS",
        "mail@klitmose-toemrer.example",
        "Fyrvej 41",
        "9990",
        "Skagen",
        mobile="+45 26 00 00 31",
        registry="90810103",
    ),
    "strandbageri": Customer(
        "Sandklittens Bageri ApS",
        "butik@sandklittens-bageri.example",
        "Strandgade 7",
        "9982",
        "Ålbæk",
        mobile="+45 26 00 00 32",
    ),
    "moellebak": Customer(
        "Møllebak Gartneri I/S",
        "post@moellebak.example",
        "Møllebakken 2",
        "9870",
        "Sindal",
    ),
    "fyrtaarn": Customer(
        "Gråfyr Fiskeeksport A/S",
        "okonomi@graafyr.example",
        "Auktionskajen 18",
        "9990",
        "Skagen",
        contact=("Gråfyr Fiskeeksport, kreditor", "kreditor@graafyr.example"),
    ),
    "hotel": Customer(
        "Hotel Havnefront A/S",
        "regnskab@hotel-havnefront.example",
        "Promenaden 1",
        "9300",
        "Sæby",
        registry="90810138",
    ),
    "kajpladsen": Customer(
        "Ejerforeningen Kajpladsen 12",
        "",
        "Kajpladsen 12",
        "9900",
        "Frederikshavn",
        mobile="+45 26 00 00 33",
    ),
    "sejlklub": Customer(
        "Nordbugtens Sejlklub",
        "kasserer@nordbugten-sejlklub.example",
        "Lystbådehavnen 5",
        "9990",
        "Skagen",
        grace_days=14,
    ),
    "kommune": Customer(
        "Lindehøj Kommune",
        "faktura@lindehoej.example",
        "Rådhuspladsen 1",
        "9740",
        "Lindehøj",
        excluded=True,
    ),
    "ravnsborg": Customer(
        "Ravnskov Maskinudlejning ApS",
        "bogholderi@ravnskov-maskin.example",
        "Industriparken 22",
        "9700",
        "Brønderslev",
    ),
    "tangkaer": Customer(
        "Tangkær Transport ApS",
        "admin@tangkaer-transport.example",
        "Godsvej 9",
        "9900",
        "Frederikshavn",
        mobile="+45 26 00 00 34",
    ),
    "restaurant": Customer(
        "Restaurant Rødtang ApS", "", "Havnevej 30", "9990", "Skagen"
    ),
    "soeholm": Customer(
        "Søholm Entreprise ApS",
        "faktura@soeholm-entreprise",
        "Søvej 12",
        "9800",
        "Hjørring",
    ),
    "egelund": Customer(
        "Egelund VVS ApS",
        "kontor@egelund-vvs.unknown.example",
        "Egevej 4",
        "9900",
        "Frederikshavn",
        mobile="+45 26 00 00 35",
    ),
    "marina_a": Customer(
        "Marinateknik Nord ApS",
        "post@marinateknik-nord.example",
        "Bådværftet 8",
        "9300",
        "Sæby",
    ),
    "marina_b": Customer(
        "Marina Teknik Nord",
        "post@marinateknik-nord.example",
        "Bådværftet 8",
        "9300",
        "Sæby",
    ),
    "proviant": Customer(
        "Grenens Skibsproviant ApS",
        "indkoeb@grenens-proviant.example",
        "Kajgade 40",
        "9990",
        "Skagen",
    ),
    "mette": Customer(
        "Mette Holmgaard-Lund",
        "mette@holmgaard-lund.example",
        "Tranevej 16",
        "9990",
        "Skagen",
        person=True,
        mobile="+45 26 00 00 36",
    ),
    "jens": Customer(
        "Jens Brogård",
        "jens@brogaard.example",
        "Lyngvej 5",
        "9982",
        "Ålbæk",
        person=True,
    ),
    "aase": Customer(
        "Aase Thorup Dam",
        "",
        "Klokkerbakken 3",
        "9990",
        "Skagen",
        person=True,
        mobile="26 00 00 37",
    ),
    "frederik": Customer(
        "Frederik Munkholt",
        "frederik@munkholt.example",
        "Havblik 11",
        "9300",
        "Sæby",
        person=True,
        mobile="+45 26 00 00 38",
    ),
    "isbod": Customer(
        "Havets Perle Isbod",
        "perle@havets-perle.example",
        "Promenaden 9",
        "9300",
        "Sæby",
    ),
    "kirkebjerg": Customer(
        "Kirkebjerg El-installation ApS",
        "mail@kirkebjerg-el.example",
        "Håndværkervej 14",
        "9900",
        "Frederikshavn",
        mobile="+45 26 00 00 39",
    ),
    "toldbod": Customer(
        "Toldbodens Catering ApS",
        "bestil@toldbodens-catering.example",
        "Toldbodgade 2",
        "9900",
        "Frederikshavn",
        registry="90810146",
    ),
    "stilladser": Customer(
        "Sydmolens Stilladser ApS",
        "kontor@sydmolens-stilladser.example",
        "Sydmolen 6",
        "9850",
        "Hirtshals",
    ),
    "bundgarn": Customer(
        "Bundgarnets Røgeri ApS",
        "kontor@bundgarnets-roegeri.example",
        "Røgerivej 3",
        "9850",
        "Hirtshals",
        registry="90810111",
    ),
    "lillviken": Customer(
        "Båtvarvet Lillviken AB",
        "ekonomi@lillviken.example",
        "Varvsgatan 4",
        "452 30",
        "Strömstad",
        "SE",
        registry="5599991238",
    ),
    "linnea": Customer(
        "Linnea Sandqvist",
        "linnea@sandqvist.example",
        "Bryggvägen 21",
        "456 32",
        "Kungshamn",
        "SE",
        person=True,
        mobile="070-174 06 15",
    ),
    "norrhamn": Customer(
        "Norrhamns Båtbyggeri AB",
        "faktura@norrhamn.example",
        "Kajvägen 7",
        "452 31",
        "Strömstad",
        "SE",
        registry="5599994471",
    ),
    # No e-mail address, but a mailbox at Kivra.
    "skaergaard": Customer(
        "Skärgårdens Motor AB",
        "",
        "Hamngatan 12",
        "456 31",
        "Kungshamn",
        "SE",
        mobile="070-174 06 42",
        registry="5599994505",
        vat="SE559999450501",
    ),
    "fjordkvist": Customer(
        "Fjordkvist Rederi AS",
        "regnskap@fjordkvist.example",
        "Strandkaien 8",
        "4005",
        "Stavanger",
        "NO",
        registry="319781064",
    ),
    "ingrid": Customer(
        "Ingrid Solvang Nes",
        "",
        "Sjøgata 17",
        "4836",
        "Arendal",
        "NO",
        person=True,
        mobile="480 00 041",
    ),
    "saaristo": Customer(
        "Saaristoveneet Meritie Oy",
        "laskut@saaristoveneet.example",
        "Meritie 6",
        "20900",
        "Turku",
        "FI",
        registry="9951700-9",
    ),
    "kuestenwerk": Customer(
        "Küstenwerk Anlagenbau GmbH",
        "buchhaltung@kuestenwerk.example",
        "Am Fischereihafen 25",
        "24939",
        "Flensburg",
        "DE",
    ),
    "nordlicht": Customer(
        "Nordlicht Yachtservice GmbH",
        "rechnung@nordlicht-yacht.example",
        "Hafenspitze 2",
        "24937",
        "Flensburg",
        "DE",
        mobile="0176 040690 12",
    ),
    "harbour": Customer(
        "Harbour & Pike Ltd",
        "accounts@harbour-pike.example",
        "8 Quay Street",
        "NR30 1AA",
        "Great Yarmouth",
        "GB",
    ),
    "polder": Customer(
        "Polderdelta Waterworks B.V.",
        "finance@polderdelta.example",
        "Sluisweg 40",
        "1971 AA",
        "IJmuiden",
        "NL",
    ),
    # -- money, people and messages as they really come, see edges.py
    "havkat": Customer(
        "Havkattens Filet ApS",
        "bogholderi@havkattens-filet.example",
        "Fiskerihavnen 12",
        "9850",
        "Hirtshals",
    ),
    "soegraes": Customer(
        "Søgræs Værft ApS",
        "kontor@soegraes-vaerft.example",
        "Beddingen 4",
        "9900",
        "Frederikshavn",
    ),
    "drivtoemmer": Customer(
        "Drivtømmer Møbler ApS",
        "mail@drivtoemmer-moebler.example",
        "Skovvej 28",
        "9881",
        "Bindslev",
    ),
    "vindrose": Customer(
        "Vindrosens Sejlmageri ApS",
        "faktura@vindrosens-sejl.example",
        "Sejlloftet 2",
        "9990",
        "Skagen",
    ),
    "slipvogn": Customer(
        "Slipvognens Bådpleje ApS",
        "post@slipvognens-baadpleje.example",
        "Slippen 1",
        "7680",
        "Thyborøn",
        in_branch=True,
    ),
    "pejlemaerke": Customer(
        "Per Thorsager, dykker",
        "per@thorsager-dyk.example",
        "Molevej 9",
        "9850",
        "Hirtshals",
        person=True,
    ),
    "ebbe": Customer(
        "Ebbe og Flod Camping ApS",
        "info@ebbe-og-flod.example",
        "Klitvej 100",
        "9492",
        "Blokhus",
    ),
    "bursztyn": Customer(
        "Bursztyn Meble Sp. z o.o.",
        "faktury@bursztyn-meble.example",
        "ul. Portowa 7",
        "81-350",
        "Gdynia",
        "PL",
    ),
    "lodshus": Customer(
        "Lodshusets Kontorfællesskab",
        "kreditor@lodshuset-kontor.example",
        "Lodspladsen 3",
        "9900",
        "Frederikshavn",
    ),
    "tovvaerk": Customer(
        "Tovværkets Rebslageri ApS",
        "post@tovvaerkets-reb.example",
        "Reberbanen 15",
        "9300",
        "Sæby",
        looked_after_by="tobias",
    ),
    "maagerede": Customer(
        "Mågeredens Feriehuse ApS",
        "udlejning@maageredens.example; bogholder@maageredens.example",
        "Strandvej 210",
        "9982",
        "Ålbæk",
    ),
}


def create(env: Environment) -> dict[str, int]:
    """Create the customers.

    :return: {key of CUSTOMERS: partner id}
    """
    partners = env["res.partner"].with_context(tracking_disable=True)
    return {
        key: partners.create(_prepare_vals(env, customer)).id
        for key, customer in CUSTOMERS.items()
    }


def _prepare_vals(env: Environment, customer: Customer) -> dict[str, Any]:
    country = customer.country
    country_id = env.ref("base.uk" if country == "GB" else f"base.{country.lower()}").id
    vals: dict[str, Any] = {
        "name": customer.name,
        "is_company": not customer.person,
        "email": customer.email,
        "phone": customer.mobile,
        "street": customer.street,
        "zip": customer.zip,
        "city": customer.city,
        "country_id": country_id,
        "lang": LANGUAGES[country],
        "tz": ZONES[country],
        "user_id": env["res.users"].search([("login", "=", customer.rep)]).id,
        "reminder_grace_days": customer.grace_days,
        "reminder_excluded": customer.excluded,
        "customer_rank": 1,
        "company_registry": customer.registry,
        "vat": customer.vat,
    }
    if country in LADDERS:
        ladder = env.ref(f"payment_reminders.ladder_{LADDERS[country]}")
        vals["reminder_ladder_id"] = ladder.id
    if customer.contact:
        name, email = customer.contact
        vals["child_ids"] = [
            Command.create(
                {"name": name, "email": email, "type": "invoice", "lang": vals["lang"]}
            )
        ]
    return vals
