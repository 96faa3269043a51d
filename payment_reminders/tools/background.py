from datetime import timedelta

from odoo import fields

#: So long whoever started a job waits for it to begin before they are told why.
PATIENCE = timedelta(seconds=30)


def waits_for_scheduler(started, has_begun):
    """Tell whether a job of the scheduled actions should have begun, and has not.

    Then no scheduler runs, or all of it is busy: who waits should know.

    :param started: when somebody asked for it (UTC)
    :param has_begun: whether anything of it was done
    """
    return bool(
        started and not has_begun and fields.Datetime.now() - started > PATIENCE
    )
