"""The law as the addon ships it, read from its data files without Odoo."""

import datetime as dt
import xml.etree.ElementTree as ET
from decimal import Decimal
from pathlib import Path

from ...rules import interest, statute

DATA = Path(__file__).parents[2] / "data"
MODEL = "payment.reminder.jurisdiction"
BREAKS = {
    "acknowledgement": True,
    "legal_step": True,
    "part_payment": False,
    "written_demand": False,
    "bankruptcy_filing": False,
}


def read_records(*models):
    """Return (xml id, model, {field: text, reference or value}) of the data files.

    :param models: names of models, the longer ones that begin with them included
    """
    files = [*sorted(DATA.glob("*.xml")), *sorted((DATA / "country").glob("*.xml"))]
    roots = [ET.parse(path).getroot() for path in files]
    for record in (one for root in roots for one in root.iter("record")):
        if not record.get("model").startswith(models):
            continue
        values = {}
        for node in record.iter("field"):
            if "eval" in node.attrib:
                values[node.get("name")] = node.get("eval") == "True"
            else:
                values[node.get("name")] = node.get("ref") or node.text
        yield record.get("id"), record.get("model"), values


def read_rhythms():
    """Return {code: rhythm} of the reference rates."""
    records = read_records("payment.reminder.reference")
    return {
        values["code"]: values.get("rhythm", "half_year")
        for _id, _model, values in records
    }


def read_reference_codes():
    """Return {xml id: code} of the reference rates."""
    records = read_records("payment.reminder.reference")
    return {xml_id: values["code"] for xml_id, _model, values in records}


def load_tables(accepted=("verified", "derived", "recalled")):
    """Return {reference code: rates, closed}; rates of another status are unknown."""
    codes = read_reference_codes()
    rates = {code: [] for code in codes.values()}
    for _id, _model, values in read_records("payment.reminder.rate"):
        rates[codes[values["reference_id"]]].append(
            interest.Rate(
                dt.date.fromisoformat(values["date"]),
                Decimal(values["percent"]),
                known=values.get("status", "verified") in accepted,
            )
        )
    rhythms = read_rhythms()
    return {
        code: interest.close_rates(rows, rhythms[code]) for code, rows in rates.items()
    }


def load_statutes():
    """Return {code: statute} of all jurisdictions that ship."""
    codes = read_reference_codes()
    laws, rows = {}, {}
    for xml_id, model, values in read_records(MODEL):
        if model == MODEL:
            laws[xml_id] = values
        else:
            kind = model.removeprefix(MODEL + ".")
            rows.setdefault((values["jurisdiction_id"], kind), []).append(values)
    return {
        values["code"]: statute.Statute(
            code=values["code"],
            country=_country(values.get("country_id") or "base."),
            currency=values["currency_id"].removeprefix("base."),
            day_count=values.get("day_count", "actual/actual"),
            weekend_rule=values.get("weekend_rule", "shift"),
            compounding=values.get("compounding", "none"),
            payment_order=values["payment_order"],
            fee_rules=tuple(_fee(row) for row in rows[xml_id, "fee"]),
            margin_rules=tuple(_margin(row, codes) for row in rows[xml_id, "margin"]),
            compensation_rules=tuple(
                _compensation(row) for row in rows[xml_id, "compensation"]
            ),
            compensation_includes_fees=values.get("compensation_includes_fees", True),
            rate_choice=values.get("rate_choice", "each_day"),
            convert_on=values.get("convert_on", "notice_day"),
            reviewed_until=_day(values.get("reviewed_until")),
            answer_days=int(values.get("answer_days", 0)),
            consumer_margin_fixed=values.get("consumer_margin_fixed", True),
            post_days=int(values["post_days"]),
            limitation=_limitation(values),
            doubts=tuple(values["doubts"].splitlines()),
            sources=tuple(values["sources"].splitlines()),
        )
        for xml_id, values in laws.items()
    }


def read_ladders():
    """Return {xml id: (code of the law, days between notices, its steps by day)}."""
    laws = {xml_id: row.get("code") for xml_id, _model, row in read_records(MODEL)}
    ladders = {}
    for xml_id, model, values in read_records(
        "payment.reminder.ladder", "payment.reminder.step"
    ):
        if model == "payment.reminder.ladder":
            law = laws.get(values.get("jurisdiction_id"))
            ladders[xml_id] = (law, int(values["spacing_days"]), [])
        else:
            ladders[values["ladder_id"]][2].append(values)
    return ladders


def _country(xml_id):
    code = xml_id.removeprefix("base.").upper()
    return {"UK": "GB"}.get(code, code)


def _day(text):
    return dt.date.fromisoformat(text) if text else None


def _fee(row):
    numbers = (
        "count_months first_after_days spacing_days careful_spacing_days free_notices "
        "deadline_days deadline_banking_days"
    ).split()
    flags = (
        "count_shared after_deadline after_final_notice after_free_deadline "
        "requires_agreement is_signalled"
    ).split()
    guessed = {"max_count": "is_count_guessed", "first_after_days": "is_wait_guessed"}
    return statute.FeeRule(
        valid_from=dt.date.fromisoformat(row["valid_from"]),
        debtor=row.get("debtor", "all"),
        kind=row.get("kind", "all"),
        basis=row.get("basis", "statutory"),
        amount=Decimal(row.get("amount", "0")),
        scale=statute.parse_scale(row.get("scale", "")),
        scale_min=Decimal(row.get("scale_min", "0")),
        scale_max=Decimal(row["scale_max"]) if "scale_max" in row else None,
        valid_to=_day(row.get("valid_to")),
        max_count=int(row["max_count"]) if "max_count" in row else None,
        guessed=frozenset(name for name, flag in guessed.items() if row.get(flag)),
        source=row["source"],
        **{name: int(row[name]) for name in numbers if name in row},
        **{name: row[name] for name in flags if name in row},
    )


def _margin(row, codes):
    return statute.MarginRule(
        dt.date.fromisoformat(row["valid_from"]),
        row["debtor"],
        codes[row["reference_id"]],
        Decimal(row["points"]),
        row["source"],
        Decimal(row.get("round_up_to", "0")),
    )


def _compensation(row):
    return statute.CompensationRule(
        dt.date.fromisoformat(row["valid_from"]),
        "company",
        Decimal(row["amount"]),
        row["source"],
        Decimal(row.get("principal_from", "0")),
        row.get("amount_currency_id", "").removeprefix("base."),
    )


def _limitation(values):
    if "limitation_years_person" not in values:
        return None
    return statute.Limitation(
        int(values["limitation_years_person"]),
        int(values["limitation_years_company"]),
        values.get("limitation_start", "due_date"),
        frozenset(
            code
            for code, default in BREAKS.items()
            if values.get(f"limitation_by_{code}", default)
        ),
        values["limitation_source"],
    )


TABLES = load_tables()
STATUTES = load_statutes()
