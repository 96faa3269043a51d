def uninstall_hook(env):
    """Cancel the jobs that nobody could carry out any more.

    What they were about is found again by the next scheduled action.
    """
    env["payment.reminder.engine"]._find_jobs().button_cancelled()
