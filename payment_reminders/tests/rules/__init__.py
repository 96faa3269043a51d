"""Rules by table, without a database.

They are pytest's: where that is not installed, Odoo's own runner does without them.
"""

from contextlib import suppress

with suppress(ImportError):  # of pytest or hypothesis
    from . import test_addresses
    from . import test_ageing
    from . import test_agency
    from . import test_allocation
    from . import test_balance
    from . import test_bounce
    from . import test_brake
    from . import test_calendar
    from . import test_calling
    from . import test_claim
    from . import test_creating
    from . import test_customer
    from . import test_doubt_keys
    from . import test_doubts
    from . import test_doubts_forms
    from . import test_drafting
    from . import test_examples
    from . import test_fees
    from . import test_guard
    from . import test_handover_life
    from . import test_holdout
    from . import test_insolvency
    from . import test_interest
    from . import test_law_fuzz
    from . import test_leaving
    from . import test_lifecycle
    from . import test_linter
    from . import test_moving_in
    from . import test_network
    from . import test_next_countries
    from . import test_online
    from . import test_outlook
    from . import test_plan
    from . import test_pure
    from . import test_rate_watch
    from . import test_references
    from . import test_repeat
    from . import test_relief
    from . import test_remedy
    from . import test_reply
    from . import test_rest
    from . import test_schedule
    from . import test_self_solving
    from . import test_shipped_rates
    from . import test_simulation
    from . import test_sms
    from . import test_spacing_fuzz
    from . import test_statute
    from . import test_temperament
    from . import test_terms
    from . import test_trifle
    from . import test_verdict
    from . import test_wishes
