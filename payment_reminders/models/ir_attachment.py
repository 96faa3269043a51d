from odoo import models
from odoo.http import Stream

#: What is opened under it runs no script, even if a browser shows it after all.
SANDBOX = "default-src 'none'; sandbox"


class Download(Stream):
    """A file that no browser of ours is to open: a PDF can carry scripts."""

    def get_response(
        self, as_attachment=None, immutable=None, content_security_policy=None, **kwargs
    ):
        # OVERRIDE: whoever asks to see it in the page gets a download all the same
        return super().get_response(
            as_attachment=True,
            immutable=immutable,
            content_security_policy=SANDBOX,
            **kwargs,
        )


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _to_http_stream(self):
        # EXTENDS base: what customers hand in, and what they are answered
        stream = super()._to_http_stream()
        if self.res_model != "payment.reminder.query":
            return stream
        return Download(**vars(stream))
