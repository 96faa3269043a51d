"""The pictures of README.rst and of the addon's page in Apps, taken from the demo."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

#: Who looks at the screens: Odoo's administrator, in English.
LOGIN = "admin"
LAPTOP, PHONE = (1366, 768), (390, 844)
#: Of the demo's company: Odoo takes that of the browser for who logs in at first.
TIME_ZONE = "Europe/Copenhagen"
#: An A4 sheet at 96 dots an inch, and the margins of the letter.
SHEET, SHEET_MARGINS = (794, 1123), "15mm 20mm"
WAIT_MILLISECONDS = 60_000
#: Charts grow, and pictures of people come late.
SETTLE_MILLISECONDS = 1500
COLOURS = 128
MAX_BYTES = 150_000
MODULE = "payment_reminders"
CALL = """
async ([model, method, args, kwargs]) => {
    const answer = await fetch("/web/dataset/call_kw", {
        method: "POST",
        headers: {"Content-Type": "application/json"},
        body: JSON.stringify({
            jsonrpc: "2.0",
            method: "call",
            params: {model, method, args, kwargs},
        }),
    });
    const {error, result} = await answer.json();
    if (error) {
        throw new Error(error.data.message);
    }
    return result;
}
"""


class PictureTooLarge(Exception):
    """A picture that a page of the app store should not have to load."""


def take(url: str, browser: str, folder: Path) -> Iterator[Path]:
    """Take every picture, and give the path of each when it is there.

    :param url: where the demo is served
    :param browser: path of Chromium
    :param folder: that gets the pictures, as PNG
    :raise PictureTooLarge: of more than MAX_BYTES
    """
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser, args=["--no-sandbox", "--disable-gpu"]
        )
        with contextlib.closing(chromium):
            page = chromium.new_page(timezone_id=TIME_ZONE)
            page.set_default_timeout(WAIT_MILLISECONDS)
            studio = _Studio(page, url)
            studio.log_in()
            for name in _PICTURES:
                data = _shrink(getattr(studio, f"show_{name}")())
                if len(data) > MAX_BYTES:
                    raise PictureTooLarge(f"{name}: {len(data)} bytes")
                path = folder / f"{name}.png"
                path.write_bytes(data)
                yield path


def _shrink(data: bytes) -> bytes:
    """Return a PNG with few colours, as screens have them, and so a small file."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    picture = picture.quantize(COLOURS, dither=Image.Dither.NONE)
    small = io.BytesIO()
    picture.save(small, "PNG", optimize=True)
    return small.getvalue()


_PICTURES = (
    "queue",
    "to_do",
    "notice",
    "case",
    "ladder",
    "what_if",
    "dashboard",
    "letter",
    "customer",
    # Last, for it cancels what waits.
    "bulk",
)


class _Studio:
    """Opens the screens; each ``show_`` returns one as a PNG."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def log_in(self) -> None:
        self.page.goto(f"{self.url}/web/login")
        self.page.fill("#login", LOGIN)
        self.page.fill("#password", LOGIN)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(".o_main_navbar")
        # From here on the bar is that of the accounts.
        self.page.goto(f"{self.url}/odoo/payment-reminders")
        self.page.wait_for_selector(".o_data_row")

    # -- pictures ---------------------------------------------------------------

    def show_queue(self) -> bytes:
        """The approve desk: what waits, and beside it what the customer will read."""
        self._open("payment_reminder_action", ".o_data_row")
        self.page.locator(".o_data_row", has_text="Approve").first.click()
        return self._shoot()

    def show_to_do(self) -> bytes:
        self._open("payment_reminder_todo_action", ".o_data_row")
        return self._shoot()

    def show_notice(self) -> bytes:
        """A notice that waits, and its e-mail."""
        self._open("payment_reminder_action", ".o_form_view", self._story()["id"])
        return self._shoot((LAPTOP[0], 1200))

    def show_case(self) -> bytes:
        case = self._story()["case_id"][0]
        self._open("payment_reminder_case_action", ".o_form_view", case)
        return self._shoot((LAPTOP[0], 1000))

    def show_bulk(self) -> bytes:
        """The dialog, on a morning on which nothing waits yet but what is held."""
        waiting = [["state", "in", ["proposed", "approved"]]]
        notices = self._call("payment.reminder", "search", waiting)
        self._call("payment.reminder", "action_cancel", notices)
        self._open("payment_reminder_case_action", ".o_data_row")
        self.page.click("thead .o_list_record_selector")
        self.page.click("button[name=action_open_reminder_wizard]")
        self.page.wait_for_selector(".modal .o_data_row")
        return self._shoot((LAPTOP[0], 1000))

    def show_ladder(self) -> bytes:
        ladder = self._call(
            "ir.model.data", "check_object_reference", MODULE, "ladder_dk"
        )
        self._open("payment_reminder_ladder_action", ".o_form_view ol", ladder[1])
        return self._shoot((LAPTOP[0], 900))

    def show_what_if(self) -> bytes:
        ladders = [
            self._call("ir.model.data", "check_object_reference", MODULE, name)[1]
            for name in ("ladder_dk", "ladder_neutral")
        ]
        model = "payment.reminder.simulation"
        [played] = self._call(
            model,
            "create",
            [{"ladder_id": ladders[0], "other_ladder_id": ladders[1]}],
        )
        self._call(model, "action_run", [played])
        action = self._call(
            "ir.model.data", "check_object_reference", MODULE, "ir_cron_simulate"
        )
        self._call("ir.cron", "method_direct_trigger", [action[1]])
        self._open("payment_reminder_simulation_action", ".o_form_view table", played)
        return self._shoot((LAPTOP[0], 1300))

    def show_dashboard(self) -> bytes:
        self._open("payment_reminder_dashboard_action", "canvas")
        return self._shoot((LAPTOP[0], 1000))

    def show_letter(self) -> bytes:
        """The letter of that notice, as it goes on the paper."""
        notice = self._story()["id"]
        self.page.set_viewport_size({"width": SHEET[0], "height": SHEET[1]})
        report = f"{MODULE}.report_letter"
        self.page.goto(f"{self.url}/report/html/{report}/{notice}")
        self.page.wait_for_selector(".o_letter")
        # The browser's sheet has no margins, and nothing to make up for.
        self.page.add_style_tag(
            content=f"body {{ zoom: 1 !important; padding: {SHEET_MARGINS}; }}"
        )
        return self.page.screenshot()

    def show_customer(self) -> bytes:
        """What a customer with a phone sees behind the link."""
        case = self._story()["case_id"][0]
        self._resize(PHONE)
        self.page.goto(f"{self.url}/my/reminders/{case}")
        self.page.wait_for_selector(".o_payment_reminder_page")
        self.page.evaluate(
            "document.querySelector('.o_payment_reminder_page').scrollIntoView()"
        )
        return self.page.screenshot()

    # -- moving around ----------------------------------------------------------

    def _story(self) -> dict[str, Any]:
        """Return id and case of the waiting Danish notice with most costs behind it."""
        [notice] = self._call(
            "payment.reminder",
            "search_read",
            [
                ["state", "in", ["proposed", "approved"]],
                ["currency_id.name", "=", "DKK"],
            ],
            ["case_id"],
            order="amount_costs_before desc, id",
            limit=1,
        )
        return dict(notice)

    def _open(self, action: str, ready: str, record: int | None = None) -> None:
        """Open one of our screens, by the XML id of its action."""
        self._resize(LAPTOP)
        place = f"{self.url}/odoo/action-{MODULE}.{action}"
        self.page.goto(f"{place}/{record}" if record else place)
        self.page.wait_for_selector(ready)

    def _resize(self, size: tuple[int, int]) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def _shoot(self, size: tuple[int, int] = LAPTOP) -> bytes:
        self._resize(size)
        self.page.wait_for_timeout(SETTLE_MILLISECONDS)
        return self.page.screenshot()

    def _call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        return self.page.evaluate(CALL, [model, method, list(args), kwargs])
