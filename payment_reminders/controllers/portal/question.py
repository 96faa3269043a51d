from odoo import fields
from odoo.http import request

from ...rules import customer_input, self_solving
from ...rules.self_solving import Wish
from .access import (
    ReminderAccess,
    keep_texts,
    page_route,
    parse_amount,
    parse_day,
    write_amount,
)

#: Bytes of one form with its files; what is longer is refused before it is read.
MAX_FORM = customer_input.MAX_FILES * customer_input.MAX_FILE_SIZE + 256 * 1024
#: Nobody has waited longer for money to arrive.
MAX_PAID_DAYS = 365
#: More is paid by nobody at once.
MAX_PAID = 1e12
#: What is done at once, and has a form of its own.
WISHES = tuple(str(wish) for wish in Wish)
#: Shows how a page writes amounts.
EXAMPLE = 1234.5


class ReminderQuestions(ReminderAccess):
    """Asking about what is open, and telling that it is paid."""

    @page_route("/<reminder_number:case_id>/ask")
    def portal_reminder_ask(self, case_id, access_token=None, kind=None, **_kwargs):
        """Show the form of a question."""
        case = self._open_reminder_case(case_id, access_token)
        if not case:
            return self._refuse_reminder_visit(case_id, access_token)
        return self._show_question_form(case, access_token, {"kind": kind})

    @page_route("/<reminder_number:case_id>/ask", "POST", max_content_length=MAX_FORM)
    def portal_reminder_asked(self, case_id, access_token=None, **form):
        """Take a question: the case stops, and a person gets it."""
        case = self._open_reminder_case(case_id, access_token, "write")
        if not case:
            return self._refuse_reminder_visit(case_id, access_token)
        form = keep_texts(form)
        vals, errors = self._read_question(case, form)
        files = self._read_files(errors)
        if errors:
            return self._show_question_form(case, access_token, form, errors)
        self._file_question(case, vals, files)
        return self._redirect_to_case(case, access_token, "#questions")

    def _show_question_form(self, case, access_token, form, errors=()):
        Query = request.env["payment.reminder.query"].sudo()
        kinds = dict(Query._fields["kind"]._description_selection(case.env))
        is_paid = form.get("kind") == "paid"
        wish = form.get("kind") if form.get("kind") in WISHES else ""
        today = case.company_id._get_reminder_today()
        values = self._get_reminder_values(
            case,
            access_token,
            kinds=kinds,
            form={
                # What most people want to say: all of it, today.
                "paid_date": fields.Date.to_string(today),
                "paid_amount": write_amount(case, case.amount_claim),
                **form,
                "kind": form.get("kind") if form.get("kind") in kinds else "",
            },
            is_paid=is_paid,
            wish=wish,
            own_forms=("paid", *WISHES),
            max_reference=self_solving.MAX_REFERENCE,
            items=case._get_page_items(),
            errors=errors,
            max_files=customer_input.MAX_FILES,
            max_megabytes=customer_input.MAX_FILE_SIZE // 1024**2,
            company=case.company_id,
        )
        return self._show_page("portal_reminder_ask", **values)

    def _read_question(self, case, form):
        """Return (values of the question, errors in words) of a form."""
        errors = []
        kinds = (
            request.env["payment.reminder.query"]
            ._fields["kind"]
            .get_values(request.env)
        )
        kind = form.get("kind")
        if kind not in kinds:
            errors.append(request.env._("Please choose what it is about."))
            kind = "other"
        text = customer_input.clean_text(form.get("description") or "")
        if kind in ("other", "amount", "delivery") and not text:
            errors.append(request.env._("Please tell us in a few words."))
        chosen = set(request.httprequest.form.getlist("item"))
        items = case._get_page_items().filtered(lambda i: str(i.id) in chosen)
        vals = {
            "case_id": case.id,
            "source": "page",
            "kind": kind,
            "description": text,
            "move_ids": [fields.Command.set(items.move_id.ids)],
        }
        if kind == "recipient":
            vals["recipient_name"] = customer_input.clean_line(
                form.get("recipient_name") or ""
            )
            vals["recipient_email"] = customer_input.clean_line(
                form.get("recipient_email") or ""
            )
        if kind == "paid":
            vals.update(self._read_payment(case, form, errors))
        if kind in WISHES:
            vals.update(self._read_wish(case, Wish(kind), form, chosen, errors))
        return vals, errors

    def _read_wish(self, case, wish, form, chosen, errors):
        """Return values of what may be done at once; put into words what is wrong.

        Of an invoice of somebody else and of one that is none the same is said.

        :param chosen: what the visitor sent as ids of due items
        """
        items = case._get_page_items()
        picked = items.filtered(lambda i: str(i.id) in chosen) if chosen else items
        count = len({item.move_id.id or item.source_ref for item in picked})
        if not count or (wish == Wish.REFERENCE and count > 1):
            errors.append(request.env._("Please choose one invoice."))
        elif len(picked) < len(chosen):
            errors.append(request.env._("Please choose one invoice."))
        elif count > self_solving.MAX_INVOICES:
            errors.append(
                request.env._(
                    "Please choose no more than %s invoices.", self_solving.MAX_INVOICES
                )
            )
        typed = customer_input.clean_line(form.get("reference") or "")
        if wish == Wish.REFERENCE and not typed:
            errors.append(request.env._("Please type the number."))
        vals = case._prepare_wish(wish, picked, self_solving.read_reference(typed))
        if wish == Wish.REFERENCE and not vals["reference"]:
            # What cannot be stored as it is, a person reads.
            vals["description"] = typed
        return vals

    def _read_payment(self, case, form, errors):
        """Return what a customer says of a payment; put into words what is wrong."""
        today = case.company_id._get_reminder_today()
        day = parse_day(form.get("paid_date"))
        if not day or not 0 <= (today - day).days <= MAX_PAID_DAYS:
            errors.append(
                request.env._("Please give the day of your payment, not after today.")
            )
        amount = parse_amount(case, form.get("paid_amount") or "")
        if not amount or amount >= MAX_PAID:
            errors.append(
                request.env._(
                    "Please give the amount that you paid, for example %s.",
                    write_amount(case, EXAMPLE),
                )
            )
        return {"paid_date": day, "paid_amount": amount}

    def _read_files(self, errors):
        """Return [(name, type, content)] of the files sent; refuse by content."""
        sent = [f for f in request.httprequest.files.getlist("files") if f.filename]
        if len(sent) > customer_input.MAX_FILES:
            errors.append(
                request.env._(
                    "Please send no more than %s files.", customer_input.MAX_FILES
                )
            )
            return []
        words = {
            "empty": request.env._("is empty"),
            "too_big": request.env._(
                "is larger than %s MB", customer_input.MAX_FILE_SIZE // 1024**2
            ),
            "type": request.env._("is neither a picture nor a PDF"),
        }
        files = []
        for file in sent:
            content = file.read(customer_input.MAX_FILE_SIZE + 1)
            verdict = customer_input.judge_file(file.filename, content)
            if isinstance(verdict, customer_input.Refused):
                name = customer_input.clean_line(file.filename, 60)
                errors.append(f"{name} {words[verdict.code]}.")
            else:
                files.append((verdict.name, verdict.mimetype, content))
        return files

    def _file_question(self, case, vals, files):
        # sudo: a customer has no rights on the models; the case was checked
        query = case.env["payment.reminder.query"].sudo()._take(vals)
        # As superuser of nobody's record, with a type that we found out ourselves;
        # and no picture is opened here.
        attachments = (
            request.env["ir.attachment"]
            .sudo()
            .with_context(image_no_postprocess=True)
            .create(
                [
                    {
                        "name": name,
                        "raw": content,
                        "mimetype": mimetype,
                        "res_model": query._name,
                        "res_id": query.id,
                    }
                    for name, mimetype, content in files
                ]
            )
        )
        query.attachment_ids = attachments
        return query
