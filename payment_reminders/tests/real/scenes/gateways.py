"""Gateways and queues, and what comes back from them."""
# Runs in a process of its own, where relative imports of the addon name nothing.
# pylint: disable=odoo-addons-relative-import

from odoo.service.model import retrying


def set_patience(env, seconds):
    """Wait for gateways this long only, so that a test of it does not take minutes."""
    from odoo.addons.payment_reminders.models.sending import email_wire, sms_wire

    email_wire.WIRE_TIMEOUT = seconds
    sms_wire.HTTP_TIMEOUT = (seconds, seconds)


def set_session_length(env, mails):
    """Let so many mails go through one connection."""
    from odoo.addons.payment_reminders.models.sending import email_wire

    email_wire.MAILS_PER_SESSION = mails


def connect(env, smtp_port, sms_url, channels, mode):
    """Point a company that is set up to the gateways of a class of tests."""
    set_smtp_port(env, smtp_port)
    set_sms_url(env, sms_url)
    steps = env.company.reminder_ladder_id.step_ids
    steps.write({"channels": channels, "channel_mode": mode})
    # Also those of an addon that was installed since.
    env["ir.cron"].search([]).active = False


def set_smtp_port(env, port):
    env["ir.mail_server"].search([]).smtp_port = port


def set_sms_url(env, url):
    env["ir.config_parameter"].set_param("sms.endpoint", url)


def forget_emails(env, partners):
    """Leave these customers without an e-mail address."""
    env["res.partner"].browse(partners).email = False


def run_queues(env, resend=False):
    """Run Odoo's own queues of e-mails and SMS.

    :param resend: press the button that puts a message back into its queue first
    """
    if resend:
        env["mail.mail"].search([]).mark_outgoing()
        env["sms.sms"].search([]).action_set_outgoing()
        env.cr.commit()
    env["mail.mail"].process_email_queue()
    env["sms.sms"]._process_queue()


def receive_mail(env, text):
    """Hand a mail to Odoo's gateway as its fetching does: once, whatever happens."""
    env["mail.thread"].message_process(None, text)
    env.cr.commit()


def count_bounces(env, partners):
    """Return how many mails to each of these came back, as Odoo counts."""
    return [partner.message_bounce for partner in env["res.partner"].browse(partners)]


def report_sms(env, uuid, status):
    """Report on an SMS as the gateway does later."""
    tracker = env["sms.tracker"].search([("sms_uuid", "=", uuid)])
    retrying(lambda: tracker._action_update_from_provider_error(status), env)
