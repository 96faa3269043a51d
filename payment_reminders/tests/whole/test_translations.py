"""Nothing is left in English: no Danish or Swedish screen, nor what customers read.

The texts are read from the files of both addons, without a database. That a page shows
them is tested with the page.
"""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted(ROOT.glob("payment_reminders*/i18n/*.pot"))
TRANSLATIONS = sorted(ROOT.glob("payment_reminders*/i18n/*.po"))
#: Whose screens are translated, too.
COMPLETE = ("da", "sv")
CUSTOMER_LANGUAGES = {"da", "de", "fi", "fr", "nb", "nl", "sv"}

#: Where a text that a customer reads comes from.
FOR_CUSTOMERS = re.compile(
    r"^(model:(mail\.template,(subject|body_html)|sms\.template,body):"
    r"|model_terms:ir\.ui\.view,arch_db:payment_reminders\."
    r"(portal_|letter_|report_letter|agency_refused)"
    r"|model:ir\.model\.fields\.selection,name:payment_reminders\."
    r"selection__payment_reminder_(claim_line|query)__kind__"
    r"|model:payment\.reminder\.step,name:"
    r"|code:addons/payment_reminders/(controllers/|models/customer/page))"
)
#: Left empty in the files, as Odoo does it: the word is the same in English.
SAME_WORD = {
    "da": {
        "Webhooks",
        "https://",
        "Sveriges Riksbank",
        "Norges Bank",
        "Deutsche Bundesbank",
        "%(day)s (%(state)s)",
        "%(name)s (version %(version)s)",
        "Version %(version)s (%(count)s)",
        "%(status)s: %(customer)s",
        "%(step)s: %(message)s",
        "%(step)s: %(message)s (%(source)s)",
        "%(what)s: %(lift)s.",
        "+45 …",
        "5050-1055",
        "2500: 15; 5000: 10; 0.5",
        '<span class="me-1">Send</span>',
        "<span>…</span>",
        "Amili",
        "BIC",
        "Bankgiro",
        "DK50 0040 0440 1162 43",
        "E-mail",
        "EU (gatewayapi.eu)",
        "Finland",
        "Finland: PRH",
        "For",
        "Gateway",
        "Guide",
        "Hash",
        "ID",
        "Kivra",
        "Mail Render Mixin",
        "Match…",
        "Insolvent",
        "Normal",
        "Link",
        "OK",
        "Odoo",
        "PDF",
        "Plusgiro",
        "Position",
        "Problem",
        "Qweb",
        "Reference",
        "Reference:",
        "Region",
        "Register",
        "SMS",
        "Salt",
        "Send",
        "Send via 46elks",
        "Send via GatewayAPI",
        "Start",
        "Status",
        "Stop",
        "Temperament",
        "Test",
        "Variant",
        "Version",
        "Visma Amili",
        "e-conomic",
        "[Test] %s",
        "example.com",
        'object.name.replace("/", "-")',
        "version %s",
    },
    "de": {"BIC", "Name"},
    "fi": {"BIC"},
    "fr": {"BIC", "Date", "Document", "E-mail"},
    "nb": {"BIC", "Finland", "Send"},
    "nl": {"BIC", "Document", "E-mail", "Finland"},
    "sv": {
        "Webhooks",
        "https://",
        "Norges Bank",
        "Sveriges Riksbank",
        "Deutsche Bundesbank",
        "%(day)s (%(state)s)",
        "%(name)s (version %(version)s)",
        "Version %(version)s (%(count)s)",
        "%(status)s: %(customer)s",
        "%(step)s: %(message)s",
        "%(step)s: %(message)s (%(source)s)",
        "%(what)s: %(lift)s.",
        "2500: 15; 5000: 10; 0.5",
        "5050-1055",
        "<span>…</span>",
        "Amili",
        "BIC",
        "Bankgiro",
        "DK50 0040 0440 1162 43",
        "EU (gatewayapi.eu)",
        "Finland",
        "Finland: PRH",
        "Guide",
        "Hash",
        "ID",
        "Kivra",
        "Mail Render Mixin",
        "Normal",
        "OK",
        "Odoo",
        "PDF",
        "Plusgiro",
        "Position",
        "Problem",
        "Qweb",
        "Region",
        "Register",
        "SMS",
        "Salt",
        "Start",
        "Status",
        "Temperament",
        "Test",
        "Text",
        "Variant",
        "Version",
        "Visma Amili",
        "e-conomic",
        "[Test] %s",
        "example.com",
        'object.name.replace("/", "-")',
        "version %s",
    },
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|%[sd]|\{\{.*?\}\}|\$\{.*?\}", re.DOTALL)
TAG = re.compile(r"<[^<>]*>")
TRANSLATED_ATTRIBUTE = re.compile(r'\b(alt|aria-label|placeholder|title)="[^"]*"')


@cache
def read(path):
    return {entry.msgid: entry for entry in polib.pofile(str(path))}


def name(path):
    return f"{path.parent.parent.name}/{path.name}"


def find_untranslated(template, translation, language):
    """Return the terms of a template that a translation lacks."""
    return sorted(
        term
        for term in template
        if term not in translation
        or (not translation[term].msgstr and term not in SAME_WORD[language])
    )


def count_parts(text):
    """Count placeholders and tags of a text; words in attributes may differ."""
    tags = (
        TRANSLATED_ATTRIBUTE.sub(r"\1", " ".join(tag.split()))
        for tag in TAG.findall(text)
    )
    return Counter(PLACEHOLDER.findall(text)) + Counter(tags)


def is_for_customers(entry):
    return any(FOR_CUSTOMERS.match(place) for place, _line in entry.occurrences)


def test_there_are_texts():
    assert {path.parent.parent.name for path in TEMPLATES} == {
        "payment_reminders",
        "payment_reminders_amili",
        "payment_reminders_company_status",
        "payment_reminders_economic",
        "payment_reminders_kivra",
        "payment_reminders_mirror",
        "payment_reminders_queue_job",
        "payment_reminders_rates",
        "payment_reminders_sale",
        "payment_reminders_sms",
        "payment_reminders_sms_46elks",
        "payment_reminders_sms_gatewayapi",
        "payment_reminders_webhook",
    }
    customers = filter(is_for_customers, read(TEMPLATES[0]).values())
    assert len(list(customers)) > 200


@pytest.mark.parametrize("language", COMPLETE)
@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_everything_is_translated(template, language):
    translation = read(template.with_name(f"{language}.po"))
    assert not find_untranslated(read(template), translation, language)


@pytest.mark.parametrize("language", sorted(CUSTOMER_LANGUAGES))
def test_customers_read_their_language(language):
    for template in TEMPLATES:
        terms = {k: v for k, v in read(template).items() if is_for_customers(v)}
        if terms:
            translation = read(template.with_name(f"{language}.po"))
            assert not find_untranslated(terms, translation, language)


@pytest.mark.parametrize("path", TRANSLATIONS, ids=name)
def test_translations_keep_placeholders_and_tags(path):
    broken = {
        term: entry.msgstr
        for term, entry in read(path).items()
        if entry.msgstr and count_parts(term) != count_parts(entry.msgstr)
    }
    # Swedish law has another word for what the final notice of Sweden is.
    assert not {
        term: text
        for term, text in broken.items()
        if "_get_letter_law_term" not in text
    }
    assert not [
        term for term, text in broken.items() if count_parts(term) - count_parts(text)
    ]


@pytest.mark.parametrize("path", TRANSLATIONS, ids=name)
def test_translations_are_of_terms_that_exist(path):
    template = path.with_name(f"{path.parent.parent.name}.pot")
    assert not sorted(read(path).keys() - read(template).keys())
    assert not [entry.msgid for entry in read(path).values() if entry.fuzzy]
