#!/usr/bin/env python3
"""usage: bench/jobs.py [--cases N] [--no-kill]

Many cases, refreshed by jobs of OCA's queue (``payment_reminders_queue_job``):

    bench/jobs.py                     2,000 cases
    bench/jobs.py --cases 100000      half an hour

Makes customers with an invoice each, serves two Odoo with a runner each on a database
that is dropped afterwards, lets the nightly action open the cases, changes something
of every case and lets the action look again: that is cut into jobs. When a quarter of
them is done, the process that does them is killed (SIGKILL). Prints how long each part
took, what became of the jobs, and how many cases know of the change: all must.
"""

import argparse
import contextlib
import os
import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / "bin"))

from setup_env import launch  # noqa: E402
from setup_env.home import SetupError  # noqa: E402

ADDON = "payment_reminders_queue_job"
RUNNER = REPO / ADDON / "tests" / "real" / "runner.py"
PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
from cost import jobs
jobs.{call}
"""


def main():
    parser = argparse.ArgumentParser(
        usage=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--no-kill", action="store_true")
    options = parser.parse_args()
    if os.environ.get(launch.STAGE) != sys.executable:
        launch.first_stage()  # starts this script again, in the Python of Odoo
    from setup_env import oca, server, workspace

    with workspace.opened() as space, contextlib.ExitStack() as stack:
        oca.provide(space.home, "this cannot be measured")
        database = stack.enter_context(space.databases.temporary("jobs"))
        environment = space.odoo.environment(space.odoo.write_conf(database))

        def run(command, program=None):
            subprocess.run(
                command, input=program, text=True, env=environment, check=True
            )

        def shell(call):
            program = PROGRAM.format(folder=str(REPO / "bench"), call=call)
            run(server.command("shell", "--log-level=warn"), program)

        run(server.command("-i", ADDON, "--stop-after-init", "--log-level=warn"))
        shell(f"make(env, {options.cases})")
        for _number in range(2):
            stack.enter_context(serve(environment, server.free_port()))
        shell(f"work(env, {options.cases}, {not options.no_kill})")


@contextlib.contextmanager
def serve(environment, port):
    """Serve an Odoo with a runner, on the day of the bench."""
    sys.path.insert(0, str(REPO / "bench"))
    from cost.moment import NIGHT

    process = subprocess.Popen(
        [
            *(sys.executable, "-W", "ignore", RUNNER, str(NIGHT), "server"),
            *(f"--http-port={port}", "--load=base,rpc,web,queue_job"),
            *("--max-cron-threads=0", "--log-level=warn"),
        ],
        stdin=subprocess.DEVNULL,
        env={**environment, "ODOO_QUEUE_JOB_CHANNELS": "root:2"},
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    try:
        main()
    except (SetupError, subprocess.CalledProcessError) as error:
        sys.exit(f"\nERROR: {error}")
