"""The words for what ``rules.linter`` finds."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

MESSAGES = {
    "notice_forbidden": _lt(
        "The law does not allow this notice from %(day)s. End the ladder with a "
        "reminder, and hand the claim over to a collection service."
    ),
    "notice_signalled": _lt(
        "It is announced that the law will not allow this notice from %(day)s. From "
        "that day it waits for a manager's yes; a ladder that ends with handing over "
        "needs none."
    ),
    "fee_law_ended": _lt(
        "The rule on this fee ended on %(day)s: nothing is charged until what follows "
        "is entered."
    ),
    "nudge_fee": _lt("A nudge before the due date cannot carry a fee."),
    "call_costs": _lt(
        "A call is no letter: it bears no fee, no interest and no lump sum."
    ),
    "no_fee": _lt("The law knows no fee for this notice."),
    "fee_over_cap": _lt("The fee of %(fee)s is over the highest of %(cap)s."),
    "fee_over_scale": _lt(
        "The fee of %(fee)s is limited by the scale on what is owed (%(cap)s)."
    ),
    "fee_actual_cost": _lt(
        "The law names no amount: a fee can only cover what the letter really cost."
    ),
    "fee_too_early": _lt(
        "A fee on day %(day)s is too early: the first one is possible %(days)s days "
        "after the due date."
    ),
    "fee_spacing": _lt(
        "Only %(gap)s days lie between this fee and the letter before it: at least "
        "%(days)s are needed."
    ),
    "fee_spacing_careful": _lt(
        "%(gap)s days lie between this fee and the letter before it. That is normally "
        "taken as enough; the careful reading is %(days)s."
    ),
    "fee_deadline_running": _lt(
        "A further fee needs that the deadline of the letter before was missed: it "
        "gives %(deadline)s days, and this notice follows after %(gap)s."
    ),
    "fee_count": _lt("This is fee number %(number)s; at most %(max)s are possible."),
    "fee_second_demand": _lt(
        "Only %(max)s final notice with a fee is possible for one debt: send this one "
        "without a fee, or leave it out."
    ),
    "fee_agreement": _lt(
        "The fee is due only from customers who agreed to it before the debt arose; "
        "from others it is left off."
    ),
    "fee_first_free": _lt(
        "A fee is possible only after %(number)s notice without one: the letter that "
        "first puts the customer in default is not paid for."
    ),
    "fee_free_deadline": _lt(
        "A fee needs that the deadline of the reminder without a fee was missed: it "
        "gives %(deadline)s days, and this notice follows after %(gap)s."
    ),
    "fee_before_final_notice": _lt(
        "A fee is possible only after the deadline of a final notice was missed."
    ),
    "letter_before_due": _lt("This notice would go out before the claim is late."),
    "deadline_short": _lt(
        "The deadline of %(given)s days is shorter than the %(days)s days that the law "
        "asks for."
    ),
    "no_interest": _lt("The law knows no interest on late payment for %(debtor)s."),
    "interest_margin_person": _lt(
        "%(points)s points over the statutory interest cannot be asked of a consumer."
    ),
    "interest_margin_agreed": _lt(
        "%(points)s points over the statutory interest need an agreement with the "
        "customer."
    ),
    "compensation_person": _lt("No lump sum can be asked of a consumer."),
    "no_compensation": _lt("The law knows no lump sum for late payment."),
    "compensation_includes_fees": _lt(
        "The lump sum and the fees count against each other: only the higher is asked."
    ),
}

DEBTORS = {"person": _lt("consumers"), "company": _lt("businesses")}

LINE = _lt("%(step)s: %(message)s")
LINE_WITH_SOURCE = _lt("%(step)s: %(message)s (%(source)s)")
