"""What a child process can do, each in a transaction that commits at its end.

Every function that is named here takes the environment first; arguments and results
are JSON.
"""

from .company import setup, owe, use_danish_ladder
from .notice import (
    propose,
    approve,
    ripen,
    stage,
    cron_send,
    dispatch,
    look,
    settle,
    find_notices,
)
from .paying import prepare
from .ways import list_ways, pay
from .gateways import (
    connect,
    set_patience,
    set_session_length,
    set_smtp_port,
    set_sms_url,
    forget_emails,
    run_queues,
    receive_mail,
    count_bounces,
    report_sms,
)
from .races import send_at, pay_at, be_naive, clear
from .crashes import list_points, die_at
from .attacks import tamper_with, list_attacks
from .leaving import (
    neutralize,
    list_active_crons,
    release_and_send,
    uninstall,
    read_books,
    list_leftovers,
)
from .changing import change, list_changes, share_address, undo_stops
from .cost import count_sending
