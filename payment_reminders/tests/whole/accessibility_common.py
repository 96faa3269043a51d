"""The automatic check of accessibility, as axe-core does it in the browser."""

import importlib.util
import json
from pathlib import Path

from odoo.tests import HttpCase

PHONE, LAPTOP = "390x844", "1366x768"
#: What axe-core calls a finding that keeps people out.
HARMFUL = ("critical", "serious")
CHECK = """
(async () => {
    await new Promise((resolve, reject) => {
        const script = document.createElement("script");
        Object.assign(script, {src: %(source)s, onload: resolve, onerror: reject});
        document.head.append(script);
    });
    const options = {resultTypes: ["violations"], rules: %(rules)s};
    const {violations} = await axe.run(%(context)s, options);
    const findings = violations
        .filter((violation) => %(impacts)s.includes(violation.impact))
        .flatMap(({id, impact, nodes}) => nodes.map(({html, failureSummary}) =>
            `${impact} ${id}: ${html}\\n${failureSummary}`
        ));
    if (findings.length) {
        throw new Error(`axe-core finds:\\n${findings.join("\\n")}`);
    }
    console.log("test successful");
})()
"""


class AccessibilityCommon(HttpCase):
    """Opens pages in the browser and lets axe-core look at them."""

    sizes = (PHONE, LAPTOP)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        package = importlib.util.find_spec("axe_playwright_python")
        cls.axe = cls.env["ir.attachment"].create(
            {
                "name": "axe.min.js",
                "raw": Path(package.origin).with_name("axe.min.js").read_bytes(),
                "mimetype": "text/javascript",
                "public": True,
            }
        )

    def assertAccessible(self, path, ready="", login=None, include="body", off=()):
        """Fail on what keeps people out of a page.

        :param ready: JavaScript that is true when the page can be looked at
        :param include: selector of the part that is looked at
        :param off: rules of axe-core that are not asked
        """
        code = CHECK % {
            "source": json.dumps(f"/web/content/{self.axe.id}"),
            "rules": json.dumps({rule: {"enabled": False} for rule in off}),
            "context": json.dumps({"include": [include]}),
            "impacts": json.dumps(HARMFUL),
        }
        for size in self.sizes:
            with self.subTest(path=path, size=size):
                self.browser_size = size
                self.browser_js(path, code, ready=ready, login=login)
