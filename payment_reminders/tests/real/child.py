"""The process that ``process.Child`` starts: Odoo's registry, outside of test mode."""

import json
import os
import sys
import traceback

from freezegun import freeze_time


def serve(database):
    """Carry out one scene for each line of standard input."""
    # Whatever prints there must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    registry = open_registry(database)
    import scenes

    reply(answers, {"result": "ready"})
    for line in sys.stdin:
        call = json.loads(line)
        try:
            reply(answers, {"result": carry_out(scenes, registry, call)})
        except Exception:
            reply(answers, {"error": traceback.format_exc()})


def open_registry(database):
    import odoo
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(
        ["-c", os.environ["ODOO_RC"], "-d", database, "--log-level=info"],
        setup_logging=True,
    )
    return Registry(database)


def carry_out(scenes, registry, call):
    from odoo import SUPERUSER_ID, api

    arguments = call["arguments"]
    move_clock(arguments.pop("at", None))
    registry.check_signaling()
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})
        return getattr(scenes, call["scene"])(env, **arguments)


_clock = []


def move_clock(moment):
    """Let this process believe that it is ``moment``, and go on from there."""
    if not moment:
        return
    if not _clock:
        # Once for all: to start it again for each call would take a second.
        _clock.append(freeze_time(moment, tick=True).start())
    _clock[0].move_to(moment)


def reply(answers, answer):
    answers.write(json.dumps(answer, default=str) + "\n")
    answers.flush()


if __name__ == "__main__":
    serve(sys.argv[1])
