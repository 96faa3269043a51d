"""Remote calls of a customer who has a login, on everything that the addon brings."""

import inspect

from odoo.service.model import get_public_method
from odoo.tests import tagged

from ..customer.portal_common import PortalCommon

#: The addon and its bridges.
ADDONS = "payment_reminders"
ACCESS = "odoo.exceptions.AccessError"
USER = "odoo.exceptions.UserError"
MISSING = "odoo.exceptions.MissingError"
VALIDATION = "odoo.exceptions.ValidationError"
#: What Odoo has on every model, and the addon extends: see test_records.
OF_EVERY_MODEL = {
    "create",
    "write",
    "unlink",
    "copy_data",
    "default_get",
    "fields_get",
}
#: What everybody is answered, because it says and does nothing.
HARMLESS = {
    ("res.company", "get_reminder_health"): [],
    ("res.company", "get_reminder_setup"): {
        "is_shown": False,
        "steps": [],
        "backlog": "",
        "halts": [],
    },
}


@tagged("post_install", "-at_install")
class RpcAttacksCommon(PortalCommon):
    """A customer may call nothing, neither on the own case nor on those of others.

    Models and methods are those of the registry: what is new is attacked too.
    """

    def setUp(self):
        super().setUp()
        visitor = self.make_user("visitor", "base.group_portal")
        visitor.password = "visitor-visitor"
        visitor.partner_id.parent_id = self.customer
        self.send(self.propose())
        form = {"access_token": self.token, "kind": "time"}
        self.post(f"{self.case.id}/ask", form)
        self.authenticate("visitor", "visitor-visitor")

    def call(self, model, method, *args):
        """Return the name of the error that a remote call got, or its result."""
        params = {"model": model, "method": method, "args": args, "kwargs": {}}
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}", json={"params": params}
        ).json()
        if "error" in answer:
            return answer["error"]["data"]["name"]
        return answer["result"]

    def find_ids(self, model):
        records = self.env[model].sudo().with_context(active_test=False)
        return records.search([], limit=1).ids or [1]

    def find_methods(self):
        """Return (model, method) of each that the addon brings and RPC can reach."""
        return sorted(
            {
                (name, method)
                for name, model in self.env.registry.items()
                for cls in model.__mro__
                if cls.__module__.startswith(f"odoo.addons.{ADDONS}")
                for method, function in vars(cls).items()
                if inspect.isfunction(function)
                and not method.startswith("_")
                and method not in OF_EVERY_MODEL
                and not any(
                    getattr(vars(parent).get(method), "_api_private", False)
                    for parent in model.__mro__
                )
            }
        )

    def call_with_anything(self, model, method):
        """Call a method on a record of its model, with a word for each argument."""
        function = get_public_method(self.env[model], method)
        args = ["x" for parameter in list_needed_arguments(function)]
        if not getattr(function, "_api_model", False):
            args.insert(0, [1] if self.env[model]._abstract else self.find_ids(model))
        return self.call(model, method, *args)


class TestRpcAttacks(RpcAttacksCommon):
    def test_methods(self):
        methods = self.find_methods()
        self.assertGreater(len(methods), 80)
        before = self.case.state, len(self.case.event_ids), self.case.freeze_ids
        for model, method in methods:
            with self.subTest(model=model, method=method):
                got = self.call_with_anything(model, method)
                if (model, method) in HARMLESS:
                    self.assertEqual(got, HARMLESS[model, method])
                else:
                    self.assertIn(got, {ACCESS, USER, MISSING})
        self.case.invalidate_recordset()
        after = self.case.state, len(self.case.event_ids), self.case.freeze_ids
        self.assertEqual(after, before)
        self.assertEqual(self.case.reminder_ids.state, "sent")


@tagged("-standard", "payment_reminders_long")
class TestMoreRpcAttacks(RpcAttacksCommon):
    def test_records(self):
        models = sorted(
            name
            for name, model in self.env.registry.items()
            if (model._original_module or "").startswith(ADDONS) and not model._abstract
        )
        self.assertGreater(len(models), 50)
        for model in models:
            ids = self.find_ids(model)
            for method, args, expected in (
                ("search_read", [[], ["id"]], {ACCESS}),
                ("name_search", [""], {ACCESS}),
                ("formatted_read_group", [[], [], ["__count"]], {ACCESS}),
                ("web_read", [ids, {"display_name": {}}], {ACCESS}),
                # To export is a right of its own.
                ("export_data", [ids, ["id"]], {USER}),
                ("create", [[{}]], {ACCESS}),
                # The trail and the claim ledger refuse everybody.
                ("write", [ids, {"display_name": "x"}], {ACCESS, USER}),
                ("copy", [ids], {ACCESS}),
                # Of a thread Odoo tries the messages first, and takes all back.
                ("unlink", [ids], {ACCESS, USER, VALIDATION}),
            ):
                with self.subTest(model=model, method=method):
                    self.assertIn(self.call(model, method, *args), expected)
            self.assertFalse(self.call(model, "load", ["id"], [["x"]])["ids"])


def list_needed_arguments(function):
    """Return the parameters without a default, the record itself left out."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return [
        parameter
        for parameter in parameters
        if parameter.default is parameter.empty
        and parameter.kind == parameter.POSITIONAL_OR_KEYWORD
    ]
