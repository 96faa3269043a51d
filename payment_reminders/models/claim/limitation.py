"""When claims lapse, what interrupts that, and a warning in good time."""

from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ...rules import statute
from ...tools import bulk


class PaymentReminderInterruption(models.Model):
    """Something that starts the limitation of claims anew, as a person noted it.

    Whether it does is the law's answer: what does not break the period there is kept
    and passed over. Judgments and written acknowledgements may give a longer period
    than the law's first one; that is not computed here.
    """

    _name = "payment.reminder.interruption"
    _description = "Interruption of Limitation"
    _order = "date desc, id desc"

    case_id = fields.Many2one(
        "payment.reminder.case", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="case_id.company_id")
    active = fields.Boolean(default=True)
    date = fields.Date(required=True, default=fields.Date.context_today)
    kind = fields.Selection(
        [
            ("acknowledgement", "The customer acknowledged the debt"),
            ("part_payment", "A part was paid"),
            ("legal_step", "Legal steps were taken"),
            ("written_demand", "A written demand"),
            ("bankruptcy_filing", "The claim was filed in a bankruptcy"),
        ],
        required=True,
        default="acknowledgement",
    )
    note = fields.Char(help="Where the proof of it is kept.")
    user_id = fields.Many2one(
        "res.users",
        string="Noted by",
        default=lambda self: self.env.user,
        readonly=True,
        index="btree_not_null",
    )

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._follow()
        return records

    def write(self, vals):
        result = super().write(vals)
        self._follow()
        return result

    def _follow(self):
        """Keep in the trail what was noted, and compute anew."""
        for record in self:
            record.case_id._log_event(
                "interrupted",
                {
                    "kind": record.kind,
                    "date": fields.Date.to_string(record.date),
                    "active": record.active,
                },
            )
        self.case_id._refresh()


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    interruption_ids = fields.One2many(
        "payment.reminder.interruption", "case_id", string="Interruptions"
    )
    limitation_date = fields.Date(
        string="Lapses on",
        readonly=True,
        index="btree_not_null",
        help="The day on which the first open claim of this case lapses, by the law of "
        "its ladder. A weekend is not taken into account, nor a longer period after a "
        "judgment.",
    )
    limitation_warned_date = fields.Date(readonly=True, copy=False)
    limitation_text = fields.Text(compute="_compute_limitation_text")

    @api.depends("limitation_date", "ladder_id", "interruption_ids.date")
    @api.depends_context("lang")
    def _compute_limitation_text(self):
        labels = dict(
            self.env["payment.reminder.interruption"]
            ._fields["kind"]
            ._description_selection(self.env)
        )
        for case in self:
            law = case.sudo().ladder_id.jurisdiction_id
            limitation = law._get_limitation() if law else None
            if not limitation or not case.limitation_date:
                case.limitation_text = False
                continue
            breaks = [labels[kind] for kind in labels if kind in limitation.broken_by]
            lines = [
                self.env._(
                    "By %(law)s (%(paragraph)s) it is interrupted by: %(breaks)s.",
                    law=law.name,
                    paragraph=limitation.source or "-",
                    breaks="; ".join(breaks) or "-",
                )
            ]
            lines += [
                f"{format_date(self.env, row.date)}: {labels[row.kind]}"
                + (
                    ""
                    if row.kind in limitation.broken_by
                    else self.env._(" (interrupts nothing there)")
                )
                for row in case.interruption_ids
            ]
            case.limitation_text = "\n".join(lines)

    def _plan_limitation(self, live):
        """Store when the first open claim of each of these cases lapses."""
        laws = self.ladder_id.jurisdiction_id
        statutes = {law: law._get_statute() for law in laws}
        broken = self._read_interruptions(statutes)
        changes = {}
        for case in self:
            law = statutes.get(case.ladder_id.jurisdiction_id)
            day = case._get_limitation_date(live, law, broken) if law else None
            if (case.limitation_date or None) != day:
                changes[case.id] = {"limitation_date": day or False}
        bulk.update(self.browse(changes), changes)

    def _get_limitation_date(self, live, law, broken):
        """Return the first day on which something open of this case lapses, or None."""
        self.ensure_one()
        noted = [(row.date, row.kind) for row in self.interruption_ids]
        kind = self.partner_id._get_debtor_kind()
        days = [
            statute.limitation_date(
                law,
                kind,
                seen.date_due,
                claim_date=seen.date_invoice,
                interruptions=[*noted, *broken[item.id]],
            )
            for item in self.item_ids
            if (seen := item._get_live(live)) and seen.owed > 0
        ]
        return min(filter(None, days), default=None)

    def _read_interruptions(self, statutes):
        """Read what broke the limitation of each item without anybody noting it.

        Part payments and the notices that went out, where a law says that such
        things break it.

        :param statutes: {law: :class:`rules.statute.Statute`} of these cases
        :return: {item id: [(day, what)]}
        """
        found = defaultdict(list)
        breaks = {
            what
            for law in statutes.values()
            if law.limitation
            for what in law.limitation.broken_by
        }
        self.env.flush_all()
        if "written_demand" in breaks:
            for item_id, company_id, moment in self.env.execute_query(
                SQL(
                    """
                    SELECT line.item_id, notice.company_id, notice.sent_date
                      FROM payment_reminder_line line
                      JOIN payment_reminder_item item ON item.id = line.item_id
                      JOIN payment_reminder notice ON notice.id = line.reminder_id
                     WHERE item.case_id = ANY(%s)
                       AND notice.counts
                       -- What another program sent, nobody proves here.
                       AND notice.taken_over_id IS NULL
                       AND notice.step_kind != 'nudge'
                       AND notice.sent_date IS NOT NULL
                    """,
                    self.ids,
                )
            ):
                company = self.env["res.company"].browse(company_id)
                found[item_id].append(
                    (company._get_reminder_today(moment), "written_demand")
                )
        if "part_payment" in breaks:
            rows = self.env.execute_query(
                self._get_part_payments_query(SQL("= ANY(%s)", self.ids))
            )
            for _case_id, item_id, day in rows:
                found[item_id].append((day, "part_payment"))
        return found

    @api.model
    def _get_part_payments_query(self, cases):
        """Return the query for payments that were matched with due items.

        :param cases: SQL of what an id of them is: "= ANY(…)", "IN (…)"
        """
        return SQL(
            """
            SELECT item.case_id, item.id, other.date
              FROM payment_reminder_item item
              JOIN account_partial_reconcile part
                ON part.debit_move_id = item.move_line_id
              JOIN account_move_line other ON other.id = part.credit_move_id
              JOIN account_move money ON money.id = other.move_id
             WHERE item.case_id %s
               AND money.move_type = 'entry'
            """,
            cases,
        )

    @api.model
    def _warn_of_limitation(self):
        """Tell the responsible, once, of cases of which something lapses soon."""
        for company in self.env["res.company"]._get_reminder_companies():
            limit = fields.Date.add(
                company._get_reminder_today(), days=statute.WARNING_DAYS
            )
            near = self.search(
                [
                    ("company_id", "=", company.id),
                    ("state", "!=", "closed"),
                    ("limitation_date", "<=", limit),
                ]
            ).filtered(lambda case: case.limitation_warned_date != case.limitation_date)
            if not near:
                continue
            for _user, cases in near._group_by_responsible():
                cases._ask_person(
                    cases.env._("A claim lapses soon"),
                    cases.env._(
                        "The case shows when, and what interrupts it. A reminder alone "
                        "does not in most countries."
                    ),
                )
            self.env["payment.reminder.event"]._log(
                [
                    (case, "limitation_near", {"lapses": str(case.limitation_date)})
                    for case in near
                ]
            )
            bulk.update(
                near,
                {
                    case.id: {"limitation_warned_date": case.limitation_date}
                    for case in near
                },
            )
