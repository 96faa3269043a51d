from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..rules import relief
from ..rules.statute import NUDGE


class ReportCertificate(models.AbstractModel):
    """The certificate of three reminders at normal intervals, from the case file.

    For the tax authority, when a claim is given up and its VAT is taken back (Norway).
    It is refused where the trail does not show it.
    """

    _name = "report.payment_reminders.report_certificate"
    _description = "Certificate of Reminders"

    @api.model
    def _get_report_values(self, docids, data=None):
        cases = self.env["payment.reminder.case"].browse(docids)
        build = self.env["payment.reminder.case.file"]._build
        files = {case.id: build(case) for case in cases}
        return {
            "doc_ids": docids,
            "doc_model": cases._name,
            "docs": cases,
            "files": files,
            "invoices": {
                case.id: self._certify(case, files[case.id]) for case in cases
            },
            "labels": self.env[
                "report.payment_reminders.report_case_file"
            ]._get_labels(),
            "least": relief.LEAST_DAYS,
            "most": relief.MOST_DAYS,
        }

    @api.model
    def _certify(self, case, file):
        """Return the invoices of a case that were reminded of three times as usual.

        :param file: its case file
        :return: list of (item of the file, [its three notices])
        :raise UserError: when there is none, with what is missing of each
        """
        self._check_chain(case, file)
        found, missing = [], []
        for item in file["items"]:
            by_day = self._list_reminders(case, file, item["id"])
            seen = relief.find_reminders(list(by_day))
            if seen.days:
                found.append((item, [by_day[day] for day in seen.days]))
            else:
                missing.append(self._explain(item, len(by_day), seen))
        if not found:
            raise UserError(
                self.env._(
                    "The trail of %(case)s shows no three reminders at normal "
                    "intervals (%(least)s to %(most)s days apart).\n%(missing)s",
                    case=case.name,
                    least=relief.LEAST_DAYS,
                    most=relief.MOST_DAYS,
                    missing="\n".join(missing),
                ).strip()
            )
        return found

    @api.model
    def _check_chain(self, case, file):
        """Refuse what rests on a trail that somebody changed."""
        if not file["chain"]["whole"]:
            raise UserError(
                self.env._(
                    "The trail of %(case)s is broken, and nothing is certified by it: "
                    "%(reason)s",
                    case=case.name,
                    reason=file["chain"]["broken"],
                )
            )

    @api.model
    def _list_reminders(self, case, file, item_id):
        """Return {day: notice of the file} of what really went out about an item.

        Of several on one day the first: they are one reminder.
        """
        by_day = {}
        for notice in file["notices"]:
            items = [line["item"] for line in notice["items"]]
            if notice["taken_over_from"]:
                # Nothing of it stands on the trail but that somebody said so.
                continue
            if notice["counts"] and notice["kind"] != NUDGE and item_id in items:
                moment = fields.Datetime.to_datetime(
                    notice["sent"].replace("T", " ").rstrip("Z")
                )
                day = case.company_id._get_reminder_today(moment)
                by_day.setdefault(day, {**notice, "day": day})
        return by_day

    @api.model
    def _explain(self, item, number, seen):
        """Return in a sentence why the reminders of an invoice are not enough."""
        if seen.reason == "too_few":
            return self.env._(
                "%(invoice)s: %(number)s of %(wanted)s reminders were sent.",
                invoice=item["invoice"],
                number=number,
                wanted=relief.REMINDERS,
            )
        first, second = (format_date(self.env, day) for day in seen.between)
        if seen.reason == "too_close":
            return self.env._(
                "%(invoice)s: the reminders of %(first)s and %(second)s lie too close "
                "together to count as two.",
                invoice=item["invoice"],
                first=first,
                second=second,
            )
        return self.env._(
            "%(invoice)s: between the reminders of %(first)s and %(second)s lies more "
            "time than is usual.",
            invoice=item["invoice"],
            first=first,
            second=second,
        )
