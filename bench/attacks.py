"""What ten thousand posts, and other attacks in bulk, get from the customer's page.

    bin/odoo shell < bench/attacks.py
    PR_BENCH_POSTS=1000 bin/odoo shell < bench/attacks.py

Makes two customers with an invoice each, serves Odoo on a free port of this machine,
and lets eight callers at once do their worst with real requests: good posts without
end, guessed links, foreign cases, forms without the number of a session, odd addresses
and 50 MB. Prints what each line got by status, and what is in the database afterwards:
a case takes CASE_LIMITS["write"] posts an hour (twice that many if the hour turns
meanwhile), an address guesses LIMITS["wrong_link"] links an hour, and nothing else is
stored. The database is a throw-away copy.
"""

import logging
import os
import re
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import requests
from werkzeug.serving import make_server

from odoo import Command, http

from odoo.addons.payment_reminders.controllers.portal import access

POSTS = int(os.environ.get("PR_BENCH_POSTS", "10000"))
CALLERS = 8
MEGABYTES = 50
ODD = ("{0}%00", "%00", "-1", "..%2f{0}", "{0}/../web", "9" * 5000, "%e2%80%ae1", "x")

local = threading.local()


def make_case(env, name):
    """Return a case about an invoice that is overdue."""
    customer = env["res.partner"].create({"name": name, "email": "ap@bench.example"})
    due = date.today() - timedelta(days=12)
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": customer.id,
            "invoice_date": due - timedelta(days=14),
            "invoice_date_due": due,
            "invoice_payment_term_id": False,
            "invoice_line_ids": [
                Command.create({"name": "Work", "price_unit": 1000, "tax_ids": False})
            ],
        }
    )
    move.action_post()
    env["payment.reminder.case"]._cron_refresh()
    return move.reminder_case_id


def get_session(base):
    """Return this thread's own session and the number that its forms need."""
    if not hasattr(local, "session"):
        local.session = requests.Session()
        page = local.session.get(f"{base}/my/reminders/0", timeout=60).text
        local.csrf = re.search(r'name="csrf_token"\s+value="([^"]+)"', page)[1]
    return local.session, local.csrf


def post(base, path, form, csrf=True):
    session, number = get_session(base)
    data = {**form, **({"csrf_token": number} if csrf else {})}
    return session.post(
        f"{base}/my/reminders/{path}", data=data, allow_redirects=False, timeout=60
    ).status_code


def get(base, path, **params):
    session, _number = get_session(base)
    url = f"{base}/my/reminders/{path}"
    return session.get(
        url, params=params, allow_redirects=False, timeout=60
    ).status_code


def post_a_large_file(base, path, form):
    session, number = get_session(base)
    content = b"%PDF-" + b"0" * MEGABYTES * 1024 * 1024
    try:
        return session.post(
            f"{base}/my/reminders/{path}",
            data={**form, "csrf_token": number},
            files={"files": ("x.pdf", content, "application/pdf")},
            timeout=60,
        ).status_code
    except requests.ConnectionError:
        return "cut off"


def list_attacks(base, case, other, token):
    """Return (what it is, number of calls, one call by its number)."""
    form = {"access_token": token, "kind": "other", "description": "x"}
    asked = f"{case}/ask"
    few = max(POSTS // 20, 1)
    return (
        ("good posts without end", POSTS, lambda _n: post(base, asked, form)),
        ("posts without csrf", few, lambda _n: post(base, asked, form, csrf=False)),
        ("posts to another case", few, lambda _n: post(base, f"{other}/ask", form)),
        (
            "guessed links",
            few,
            lambda n: get(base, case, access_token=f"{token[:-6]}{n:06d}"),
        ),
        ("ids without a link", few, lambda n: get(base, n)),
        ("odd addresses", few, lambda n: get(base, ODD[n % len(ODD)].format(case))),
        (
            "new links",
            few,
            lambda _n: post(base, "link", {"case_id": case, "access_token": token}),
        ),
        (
            f"{MEGABYTES} MB",
            1,
            lambda _n: post_a_large_file(base, asked, form),
        ),
    )


def main(env):
    env.company.reminder_ladder_id = env.ref("payment_reminders.ladder_dk")
    case, other = make_case(env, "Bench"), make_case(env, "Other")
    token = case._portal_ensure_token()
    env.cr.commit()
    # The reading of pages is not what is measured here.
    access.LIMITS["read"] = (10**9, 60)
    server = make_server("127.0.0.1", 0, http.root, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # One line for each refused post says nothing more than the table.
    logging.getLogger("odoo.http").setLevel(logging.ERROR)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    base = f"http://127.0.0.1:{server.server_port}"
    print(f"\n\n{'attack':<24}{'calls':>7}{'seconds':>9}  got (status: times)")
    with ThreadPoolExecutor(CALLERS) as callers:
        for name, times, call in list_attacks(base, case.id, other.id, token):
            # Each line of the list is somebody else's first attempt.
            env["payment.reminder.throttle"].search([]).unlink()
            env.cr.commit()
            start = time.monotonic()
            codes = Counter(callers.map(call, range(times)))
            seconds = time.monotonic() - start
            got = ", ".join(
                f"{code}: {n}" for code, n in sorted(codes.items(), key=str)
            )
            print(f"{name:<24}{times:>7}{seconds:>9.1f}  {got}")
    server.shutdown()
    env.cr.rollback()
    env.invalidate_all()
    mails = env["mail.mail"].search_count(
        [("model", "=", case._name), ("res_id", "in", (case | other).ids)]
    )
    print(
        f"\nstored: {len(case.query_ids)} questions on the case (state {case.state}),"
        f" {len(other.query_ids)} on the other ({other.state}),"
        f" {len(case.query_ids.attachment_ids)} files, {mails} mails\n"
    )


main(env)  # noqa: F821 (the shell's own environment)
