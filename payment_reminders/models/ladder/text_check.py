"""Reads the texts of a ladder as its customers would, before one of them does."""

import re
from contextlib import suppress

from lxml import html

from odoo import api, models
from odoo.exceptions import UserError

from ...rules.sms import count_parts

#: So many real cases each text is tried on, in each language.
CASES_PER_LANGUAGE = 3
MAX_SMS_PARTS = 2
#: What is rightly empty on some notices.
OPTIONAL = ("_get_letter_block('interest')",)
#: The blocks that stand in every text.
BLOCKS = (
    *("letter_claim", "letter_next", "letter_costs", "letter_notes"),
    *("letter_interest", "letter_sender"),
)
PAPER_BLOCKS = ("letter_payment_code", "letter_answer", "report_letter_sheet")

#: Marks in a text where the value of the placeholder with that number begins and ends.
BEGIN, MIDDLE, END = "\ue000", "\ue001", "\ue002"
MARKED = re.compile(f"{BEGIN}([0-9]+){MIDDLE}(.*?){END}", re.DOTALL)
INLINE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
#: What Python says for nothing.
NOTHING = re.compile(r"\b(None|False)\b")
WORD = re.compile(r"[^\W\d_]{2,}")


class _Tried(Exception):
    """Takes back the notices that were made for a trial."""


class PaymentReminderTextChecker(models.AbstractModel):
    _name = "payment.reminder.text.checker"
    _description = "Payment Reminder Text Checker"

    @api.model
    def _check(self, ladders):
        """Render each text of these ladders in each language that customers read.

        The notices are made of real cases as they are today, and taken back: nothing
        stays, nothing is sent.

        :return: list of dicts, one for each step, language and channel: ``step_id``,
            ``lang``, ``channel``, ``case_id`` (where it was seen), ``parts`` (of the
            longest SMS), ``problems`` (sentences)
        :raise UserError: there is no case to try the texts on
        """
        samples = self._get_samples(ladders)
        if not samples:
            raise UserError(
                self.env._(
                    "There is no open case yet to try the texts on. Come back when the "
                    "first invoice is due."
                )
            )
        rows = []
        for ladder in ladders:
            for step in ladder.step_ids:
                for lang, cases in samples.items():
                    chosen = cases.filtered(
                        lambda case, ladder=ladder: case.ladder_id == ladder
                    )
                    rows += self._check_step(
                        step, lang, (chosen or cases)[:CASES_PER_LANGUAGE]
                    )
        return rows

    @api.model
    def _get_samples(self, ladders):
        """Return {language: open cases whose customers read it}."""
        companies = ladders.company_id or self.env.companies
        cases = (
            self.env["payment.reminder.case"]
            .sudo()
            .search(
                [
                    ("company_id", "in", companies.ids),
                    ("state", "!=", "closed"),
                    ("item_ids", "!=", False),
                ],
                order="id desc",
            )
        )
        return cases.grouped(
            lambda case: case.partner_id.lang
            or case.company_id.partner_id.lang
            or "en_US"
        )

    @api.model
    def _check_step(self, step, lang, cases):
        found = {
            channel: {
                "step_id": step.id,
                "lang": lang,
                "channel": channel,
                "case_id": cases[:1].id,
                "parts": 0,
                "problems": self._find_untranslated(step, lang, channel),
            }
            for channel in step._get_channels()
        }
        for case in cases:
            with suppress(_Tried), self.env.cr.savepoint():
                notice = self._make_notice(case, step)
                tried = {channel: self._try(channel, notice, lang) for channel in found}
                raise _Tried
            for channel, (problems, parts) in tried.items():
                row = found[channel]
                if problems and not set(problems) <= set(row["problems"]):
                    row["case_id"] = case.id
                row["problems"] += [p for p in problems if p not in row["problems"]]
                row["parts"] = max(row["parts"], parts)
        return list(found.values())

    @api.model
    def _show(self, step, lang, case):
        """Return what a step would say today on a real case, in a language.

        :return: dict of ``subject``, ``body`` and ``sms`` (each may be False)
        """
        with suppress(_Tried), self.env.cr.savepoint():
            notice = self._make_notice(case, step)
            kinds = {self._get_kind(channel) for channel in step._get_channels()}
            mail = kinds & {"email", "letter"} and notice._get_mail_template()
            sms = "sms" in kinds and notice._get_sms_template()
            shown = {
                name: bool(template) and self._render_in(template, field, notice, lang)
                for name, template, field in (
                    ("subject", mail, "subject"),
                    ("body", mail, "body_html"),
                    ("sms", sms, "body"),
                )
            }
            raise _Tried
        return shown

    @api.model
    def _render_in(self, template, name, notice, lang):
        """Render a field of a template in a language."""
        source = template.sudo().with_context(lang=lang)[name] or ""
        return self._render(template, name, notice, lang, source)

    @api.model
    def _make_notice(self, case, step):
        """Make the notice that this step would send on that case today."""
        live = self.env["payment.reminder.facts"]._read_live(case.item_ids)
        items = [item for item in case.item_ids if item._find_live(live)]
        today = case.company_id._get_reminder_today()
        owed = [(item, live[item._get_live_key()].owed) for item in items]
        [figures] = self.env["payment.reminder.figures"]._compute(
            [(case, step, owed)], {case.company_id: today}
        )
        proposal = self.env["payment.reminder.proposal"]
        notice = (
            self.env["payment.reminder"]
            .sudo()
            .create(
                {
                    **proposal._prepare_reminder_vals(case, step, figures),
                    "state": "cancelled",
                }
            )
        )
        self.env["payment.reminder.line"].sudo().create(
            [
                proposal._prepare_line_vals(
                    notice, item, live[item._get_live_key()], step.id, figures
                )
                for item in items
            ]
        )
        notice.invalidate_recordset(["line_ids", "item_ids", "move_ids"])
        if notice._is_demand():
            calendars = self.env["payment.reminder.facts"]._get_calendars(case)
            notice.deadline_date = notice._get_deadline(today, calendars[case.id])
        return notice

    # -- one text ---------------------------------------------------------------

    @api.model
    def _get_kind(self, channel):
        """Return which text of a step a channel brings, see ``sending.wire.Wire``."""
        wires = self.env["payment.reminder.delivery"]._get_wires()
        return wires[channel].text if channel in wires else "email"

    @api.model
    def _try(self, channel, notice, lang):
        """:return: (sentences, parts of an SMS)"""
        kind = self._get_kind(channel)
        problems, parts = getattr(self, f"_try_{kind}")(notice, lang)
        if channel == "letter":
            problems += self._find_no_street(notice)
        return problems, parts

    @api.model
    def _try_email(self, notice, lang):
        """:return: (sentences, 0)"""
        template = notice._get_mail_template()
        if not template:
            return [self.env._("The step has no e-mail text.")], 0
        problems = self._try_field(template, "subject", notice, lang)
        problems += self._try_field(template, "body_html", notice, lang)
        return problems + self._find_gaps(notice), 0

    @api.model
    def _try_letter(self, notice, lang):
        """:return: (sentences, 0)"""
        return self._try_email(notice.with_context(reminder_on_paper=True), lang)

    @api.model
    def _find_no_street(self, notice):
        """:return: sentences"""
        recipients = self.env["payment.reminder.facts"]._read_recipients(notice.case_id)
        if recipients[notice.case_id.id].get("letter"):
            return []
        return [self.env._("The customer has no postal address.")]

    @api.model
    def _try_sms(self, notice, lang):
        """:return: (sentences, parts of the SMS)"""
        template = notice._get_sms_template()
        if not template:
            return [self.env._("The step has no SMS text.")], 0
        problems = self._try_field(template, "body", notice, lang)
        if problems:
            return problems, 0
        text = self._render_in(template, "body", notice, lang)
        parts = count_parts(text)
        if parts > MAX_SMS_PARTS:
            problems.append(
                self.env._(
                    "It takes %(parts)s SMS, more than %(limit)s: %(text)s",
                    parts=parts,
                    limit=MAX_SMS_PARTS,
                    text=text,
                )
            )
        return problems, parts

    @api.model
    def _try_field(self, template, name, notice, lang):
        """Return a sentence for each placeholder of a text that comes out empty."""
        source = template.sudo().with_context(lang=lang)[name] or ""
        is_body = template._fields[name].type == "html"
        marked, expressions = (self._mark_body if is_body else self._mark_line)(source)
        try:
            text = self._render(template, name, notice, lang, marked)
        except Exception as error:  # a template is free text: anything may come
            return [
                self.env._(
                    "The text “%(template)s” cannot be filled in: %(error)s",
                    template=template.display_name,
                    error=str(error).strip().splitlines()[-1],
                )
            ]
        problems = []
        for number, value in MARKED.findall(text):
            expression = expressions[int(number)]
            if any(optional in expression for optional in OPTIONAL):
                continue
            shown = TAG.sub("", value).strip()
            if not shown or NOTHING.fullmatch(shown):
                problems.append(
                    self.env._("Nothing to show for the placeholder %s", expression)
                )
        if NOTHING.search(TAG.sub(" ", MARKED.sub("", text))):
            problems.append(self.env._("It says “None” or “False” somewhere."))
        return list(dict.fromkeys(problems))

    @api.model
    def _render(self, template, name, notice, lang, source):
        """Render a source in place of that of a template's field."""
        engine = getattr(template._fields[name], "render_engine", "inline_template")
        # As the sender does it, whose texts a manager may read.
        mixin = template.sudo().with_context(
            lang=lang, **{k: v for k, v in notice.env.context.items() if k != "lang"}
        )
        return str(
            mixin._render_template(
                source, notice._name, notice.ids, engine=engine or "inline_template"
            )[notice.id]
        )

    @api.model
    def _mark_line(self, source):
        """Return (source with marks around each {{ placeholder }}, expressions)."""
        expressions = []

        def mark(match):
            expressions.append(match[1].strip())
            return f"{BEGIN}{len(expressions) - 1}{MIDDLE}{match[0]}{END}"

        return INLINE.sub(mark, source), expressions

    @api.model
    def _mark_body(self, source):
        """Return (source with marks around the value of each t-out, expressions).

        The sample that stands in a placeholder is shown when it has no value: it goes.
        """
        tree = html.fragment_fromstring(source, create_parent="div")
        expressions = []
        for element in tree.xpath("//*[@t-out or @t-esc]"):
            expression = element.attrib.pop("t-out", None) or element.attrib.pop(
                "t-esc"
            )
            for child in list(element):
                element.remove(child)
            element.text = f"{BEGIN}{len(expressions)}{MIDDLE}"
            value = html.Element("t", {"t-out": expression})
            value.tail = END
            element.append(value)
            expressions.append(expression)
        return html.tostring(tree, encoding="unicode"), expressions

    @api.model
    def _find_gaps(self, notice):
        """Return a sentence for each thing that a reader needs and does not get."""
        claim = notice._prepare_letter_claim()
        sender = notice._prepare_letter_sender()
        gaps = []
        if not claim["account"]:
            gaps.append(self.env._("It names no bank account: the invoices have none."))
        if not sender["address"]:
            gaps.append(self.env._("The company has no address."))
        if not (sender["number"] or sender["vat"]):
            gaps.append(self.env._("The company has no company number."))
        if not (sender["email"] or sender["phone"]):
            gaps.append(self.env._("The company has neither e-mail nor phone."))
        return gaps

    # -- translations -----------------------------------------------------------

    @api.model
    def _find_untranslated(self, step, lang, channel):
        """Return a sentence for each text of a channel that a language has not."""
        if lang.startswith("en"):
            return []
        kind = self._get_kind(channel)
        texts = (
            [(step.sms_template_id, "body")]
            if kind == "sms"
            else [
                (step.mail_template_id, "subject"),
                (step.mail_template_id, "body_html"),
            ]
        )
        found = []
        for template, name in texts:
            if template and self._is_untranslated(template.sudo(), name, lang):
                found.append(
                    self.env._(
                        "Not translated: %(field)s of “%(template)s”",
                        field=template._fields[name]._description_string(self.env),
                        template=template.display_name,
                    )
                )
        blocks = () if kind == "sms" else BLOCKS
        if kind == "letter":
            blocks += PAPER_BLOCKS
        for block in blocks:
            terms = self._get_untranslated_terms(block, lang)
            if terms:
                found.append(
                    self.env._("Not translated: %s", " · ".join(sorted(terms)))
                )
        return found

    @api.model
    def _is_untranslated(self, template, name, lang):
        source = template.with_context(lang="en_US")[name] or ""
        words = WORD.search(TAG.sub(" ", INLINE.sub(" ", source)))
        return bool(words) and template.with_context(lang=lang)[name] == source

    @api.model
    def _get_untranslated_terms(self, block, lang):
        """Return the English texts of a block that stay so in a language."""
        view = self.env.ref(f"payment_reminders.{block}").sudo()
        translations, _context = view.get_field_translations("arch_db", [lang])
        is_known = any(row["value"] for row in translations)
        return {
            TAG.sub("…", row["source"])
            for row in translations
            if not row["value"] and self._is_translatable(row["source"], is_known)
        }

    @api.model
    def _is_translatable(self, term, is_known):
        """Tell whether a term that is the same in both languages is a doubt.

        :param is_known: whether other terms beside it are translated: then a single
            word may well be the same ("Reference" is Danish too)
        """
        words = WORD.findall(TAG.sub(" ", term))
        if is_known:
            return len(words) > 1
        # A name in capitals (BIC) is the same everywhere.
        return any(not word.isupper() for word in words)
