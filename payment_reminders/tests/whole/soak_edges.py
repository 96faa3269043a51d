"""What comes into an office from outside as it really comes, for the soak.

Money in odd forms, customers that move, failures of mailboxes that forward. Each act
knows what it did; what leaves is judged by the tables and by that.
"""

import base64
from dataclasses import dataclass
from datetime import timedelta

from odoo import fields
from odoo.tools import mute_logger

from ..sending import bounce_samples


@dataclass(frozen=True)
class Odd:
    """What a bank line is for.

    :param kind: by what it is known: number, name or sum
    :param moves: ids of the invoices that it pays
    :param owner: id of the customer whose name it bears
    """

    kind: str
    moves: frozenset
    owner: int


class Edges:
    """Acts and truths of an office; the office itself is in ``test_soak.py``."""

    #: {id of a bank line: :class:`Odd`, as its maker knows}
    odd: dict

    # -- money in odd forms ---------------------------------------------------------

    def list_references(self, move):
        """Return the number of an invoice in forms in which people write it."""
        parts = move.name.split("/")
        year, number = parts[-2], parts[-1]
        short = number.lstrip("0")
        return [
            move.name,
            move.name.lower(),
            move.name.replace("/", " "),
            move.name.replace("/", ""),
            f"{year}/{short}",
            f"{year}/{number}",
            f"{parts[0]}/{year}/{short}",
            f"{parts[0]} {number}",
            f"Faktura {year}/{short} fra os",
        ]

    def make_odd_line(self, kind, moves, amount, **vals):
        line = self.test.make_bank_line(round(amount, 2), **vals)
        owner = moves.commercial_partner_id[:1].id
        self.odd[line.id] = Odd(kind, frozenset(moves.ids), owner)

    def do_transfer_by_number(self):
        """A part is paid; the number stands in the label or where the payer wrote."""
        move = self.pick_open()
        if not move:
            return False
        text = self.random.choice(self.list_references(move))
        amount = move.amount_residual * self.random.choice([0.3, 0.71, 1.0])
        if self.random.random() < 0.4:
            text = {"payment_ref": "CREDIT TRANSFER 0411", "narration": text}
        else:
            text = {"payment_ref": text}
        self.make_odd_line("number", move, amount, **text)

    def do_transfer_by_name(self):
        """A part is paid; only the payer's name stands there, as banks write it."""
        move = self.pick_open()
        if not move:
            return False
        partner = move.commercial_partner_id
        name = partner.name.translate(self.FOLDED).upper()
        self.make_odd_line("name", move, move.amount_residual * 0.37, payment_ref=name)

    FOLDED = str.maketrans(
        {"ø": "oe", "å": "aa", "æ": "ae", "Ø": "OE", "Å": "AA", "Æ": "AE", ".": ""}
    )

    def do_transfer_of_some(self):
        """Some of what is owed is paid in one sum, without a word that helps."""
        move = self.pick_open()
        if not move:
            return False
        some = self.find_open(move.commercial_partner_id)[: self.random.randint(1, 3)]
        if not some:
            return False
        total = sum(some.mapped("amount_residual"))
        self.make_odd_line("sum", some, total, payment_ref="Overf. 8841")

    def find_open(self, partner):
        """Return the invoices of a customer on which something is due."""
        return self.invoices.filtered(
            lambda m: (
                m.commercial_partner_id == partner
                and m.state == "posted"
                and m.amount_residual > 0
                and m.invoice_date_due < fields.Date.today()
            )
        ).sorted("id")

    def do_match_line(self):
        """The bookkeeper finds out what a bank line is for, and matches it."""
        lines = self.env["account.bank.statement.line"].browse(self.odd).exists()
        line = self.pick(lines.filtered(lambda line: not line.is_reconciled))
        if not line:
            return False
        meant = self.invoices.browse(self.odd[line.id].moves)
        moves = meant.filtered(lambda m: m.state == "posted" and m.amount_residual > 0)
        # It has been paid otherwise: what came twice is on account.
        moves = moves or meant[:1]
        _liquidity, suspense, _other = line.with_context(
            skip_account_move_synchronization=True
        )._seek_for_lines()
        receivable = self.test.get_receivable(moves)
        suspense.write(
            {
                "account_id": receivable[:1].account_id.id,
                "partner_id": moves.commercial_partner_id[:1].id,
            }
        )
        (suspense | receivable.filtered(lambda item: not item.reconciled)).reconcile()

    # -- customers that move ----------------------------------------------------------

    def do_get_parent(self):
        """A person becomes the contact of a company that was not there before."""
        alone = self.customers.filtered(lambda p: not p.is_company and not p.parent_id)
        person = self.pick(alone)
        if not person:
            return False
        parent = self.test.make_customer(
            f"{person.name} Gruppen A/S", f"group{person.id}@soak.example"
        )
        self.customers |= parent
        person.parent_id = parent

    def do_leave_parent(self):
        person = self.pick(self.customers.filtered("parent_id"))
        if not person:
            return False
        person.parent_id = False

    def do_merge(self):
        """A customer that was entered twice becomes one, now and then."""
        if self.random.random() < 0.7:
            return False
        alone = self.customers.filtered(lambda p: not p.parent_id and not p.child_ids)
        one, other = self.pick(alone), self.pick(alone)
        if not one or one == other:
            return False
        self.customers -= other
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((one | other).ids, one)

    def do_pay_by_parent(self):
        """Who stands above the customer pays, and nobody matches it."""
        parent = self.pick(self.customers.parent_id)
        if not parent:
            return False
        self.env["account.payment"].create(
            {
                "amount": 100,
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": parent.id,
            }
        ).action_post()

    # -- mailboxes that forward --------------------------------------------------------

    def do_fail_to_forward(self):
        """What we sent was forwarded, and where it was forwarded to did not take it."""
        delivery = self.pick(
            self.notices.delivery_ids.filtered(
                lambda d: d.state == "sent" and d.channel == "email"
            )
        )
        if not delivery:
            return False
        text = bounce_samples.POSTFIX.format(
            number=1000 + delivery.id,
            message_id=delivery.message_id,
            bare_id=delivery.message_id.strip("<>"),
            recipient="somebody.else@forwarded.example",
            final="somebody.else@forwarded.example",
            action="failed",
            status="5.2.2",
            diagnostic="552 5.2.2 Mailbox full",
        )
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].message_process(None, text)
        self.env.invalidate_all()
        delivery = delivery.exists()
        self.test.assertTrue(
            delivery.state == "bounced"
            or delivery.case_id.activity_ids
            or delivery.case_id.state == "closed",
            "nobody heard that it did not arrive",
        )

    # -- what is true -----------------------------------------------------------------

    def check_edges(self, row, say):
        """No notice has left while such money lay there, or to a former customer."""
        lying = self.select(
            "SELECT id, amount FROM account_bank_statement_line WHERE id = ANY(%s)"
            " AND is_reconciled IS NOT TRUE",
            list(self.odd),
        )
        about = self.select(
            "SELECT aml.move_id, move.commercial_partner_id, c.partner_id,"
            "       aml.amount_residual"
            "  FROM payment_reminder_line line"
            "  JOIN payment_reminder_item item ON item.id = line.item_id"
            "  JOIN account_move_line aml ON aml.id = item.move_line_id"
            "  JOIN account_move move ON move.id = aml.move_id"
            "  JOIN payment_reminder_case c ON c.id = item.case_id"
            " WHERE line.reminder_id = %s",
            row["id"],
        )
        asked = {each["move_id"]: each for each in about}
        for line in lying:
            odd = self.odd[line["id"]]
            self.test.assertFalse(
                self.is_seen(odd, float(line["amount"]), asked),
                f"{say}: bank line {line['id']} is for it, {odd}",
            )
        for each in about:
            self.test.assertEqual(
                each["commercial_partner_id"], each["partner_id"], f"{say}: moved"
            )
            owner = self.env["res.partner"].browse(each["commercial_partner_id"])
            for partner in owner | owner.child_ids:
                self.test.assertFalse(
                    self.find_credits(partner), f"{say}: money in doubt"
                )

    @staticmethod
    def is_seen(odd, amount, asked):
        """Tell whether a bank line that lies there has to hold a notice.

        :param asked: {id of an invoice on the notice: its row}
        """
        if odd.kind == "number":
            return bool(odd.moves & set(asked))
        if odd.kind == "name":
            return any(row["partner_id"] == odd.owner for row in asked.values())
        # A sum says something only while it is one of what is asked for.
        if not odd.moves <= set(asked):
            return False
        owed = sum(float(asked[move]["amount_residual"]) for move in odd.moves)
        return abs(owed - amount) < 0.005

    # -- moving in --------------------------------------------------------------------

    def do_take_over(self):
        """Take over what another program says it has sent of one invoice."""
        move = self.pick_open()
        late = move and (fields.Date.today() - move.invoice_date_due).days
        if not move or late < 1:
            return False
        rows = ["invoice;step;date;fee"]
        for step in self.random.sample(["1", "2", "3", "7"], 2):
            day = fields.Date.today() - timedelta(days=self.random.randint(-1, late))
            fee = self.random.choice(["", "0", "100,00", "250"])
            rows.append(f"{move.name};{step};{day};{fee}")
        wizard = self.env["payment.reminder.takeover.wizard"]
        wizard = wizard.with_user(self.test.manager).create(
            {
                "file": base64.b64encode("\n".join(rows).encode()),
                "filename": "rows.csv",
                "holds_rest": self.random.random() < 0.5,
            }
        )
        wizard.action_read()
        return bool(wizard.action_take_over())

    def do_undo_take_over(self):
        takeover = self.pick(self.env["payment.reminder.takeover"].search([]))
        return bool(takeover and takeover.with_user(self.test.manager).action_undo())
