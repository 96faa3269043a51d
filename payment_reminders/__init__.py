from . import controllers, models, report, wizards


def uninstall_hook(env):
    """Take out of the database what its tables do not take with them."""
    env.cr.execute(
        """
        DROP FUNCTION IF EXISTS payment_reminder_event_append_only CASCADE;
        DROP FUNCTION IF EXISTS payment_reminder_event_move_head CASCADE;
        DROP FUNCTION IF EXISTS payment_reminder_event_guard_head CASCADE;
        DROP FUNCTION IF EXISTS payment_reminder_event_guard_seen CASCADE;
        """
    )
