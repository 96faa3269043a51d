"""The reference rates that ship are those that were read, and no surer."""

import csv
from pathlib import Path

from .law_data import read_records, read_reference_codes

READ = Path(__file__).parent / "data" / "reference_rates.csv"


def read_facts():
    """Return {(reference, first day): (percent, status)}, as they were looked up."""
    with READ.open() as file:
        return {
            (row["reference"], row["valid_from"]): (row["percent"], row["status"])
            for row in csv.DictReader(file)
        }


def read_shipped():
    codes = read_reference_codes()
    records = read_records("payment.reminder.rate")
    return {
        (codes[values["reference_id"]], values["date"]): (
            values["percent"],
            values.get("status", "verified"),
        )
        for _id, _model, values in records
        if codes[values["reference_id"]] in {code for code, _day in read_facts()}
    }


def test_what_ships_is_what_was_read():
    assert read_shipped() == read_facts()


def test_every_rate_says_where_it_was_read():
    for xml_id, _model, values in read_records("payment.reminder.rate"):
        assert values["source"], xml_id


def test_each_half_year_of_2026_has_a_row():
    for day in ("2026-01-01", "2026-07-01"):
        missing = {code for code, _day in read_facts()} - {
            code for code, first in read_shipped() if first == day
        }
        assert not missing
