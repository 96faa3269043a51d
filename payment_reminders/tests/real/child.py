"""The process that ``process.Child`` starts: Odoo's registry, outside of test mode."""

import json
import os
import sys
import traceback

from freezegun import freeze_time


def serve(database, folder, install=None):
    """Carry out one scene for each line of standard input.

    :param folder: where the scenes are
    :param install: addon that is installed first
    """
    # Whatever prints there must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    registry = open_registry(database, install)
    sys.path.insert(0, folder)
    import scenes

    reply(answers, {"result": "ready"})
    for line in sys.stdin:
        call = json.loads(line)
        if call["fork"]:
            reply(answers, {"result": carry_out_apart(scenes, registry, call)})
        else:
            reply(answers, try_to_carry_out(scenes, registry, call))


def open_registry(database, install):
    import odoo
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(
        ["-c", os.environ["ODOO_RC"], "-d", database, "--log-level=info"],
        setup_logging=True,
    )
    if install:
        return Registry.new(database, update_module=True, install_modules=[install])
    return Registry(database)


def try_to_carry_out(scenes, registry, call):
    try:
        return {"result": carry_out(scenes, registry, call)}
    except Exception:
        return {"error": traceback.format_exc()}


def carry_out_apart(scenes, registry, call):
    """Carry a scene out in a copy of this process; return how that one ended.

    A process that is to be killed is made within milliseconds that way.
    """
    from odoo import sql_db

    # Two processes must not share a connection.
    sql_db.close_all()
    pid = os.fork()
    if not pid:
        answer = try_to_carry_out(scenes, registry, call)
        sys.stderr.write(answer.get("error", ""))
        sys.stderr.flush()
        os._exit(1 if "error" in answer else 0)
    status = os.waitpid(pid, 0)[1]
    return os.waitstatus_to_exitcode(status)


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
    serve(*sys.argv[1:])
