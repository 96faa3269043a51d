#!/usr/bin/env python3
"""usage: bench/speed.py [--items N,N] [--fsync] [--compare COMMIT] [--sent N]

What reminders cost, in one table, with the goals beside it:

    bench/speed.py                            1,000 and 5,000 overdue invoices
    bench/speed.py --items 20000              as many as the goals are for
    bench/speed.py --items 100000             half an hour
    bench/speed.py --fsync                    on a PostgreSQL that flushes to the disk
    bench/speed.py --compare main~20          two commits beside one another

Five invoices for each customer. The scheduled actions run in transactions and
processes of their own, messages go to a mail server in another process. Counted are
CPU seconds of Odoo and of the PostgreSQL processes that serve it, queries as Odoo
counts them, commits, peak of memory, and wall time, which on a busy machine means
little. What can be repeated is the median of three. The floor is measured in the same
run. The databases are throw-away copies; ``bench/cost/work.py`` has the days.

--compare makes a checkout of the commit in a folder for temporary files, and measures
it with the bench of this one. --fsync keeps a second embedded server beside the first.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / "bin"))

from setup_env import launch  # noqa: E402
from setup_env.home import Home, SetupError  # noqa: E402

PROGRAM = (
    "import sys; sys.path.insert(0, {folder!r}); from cost import work; work.main(env)"
)
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


def main():
    options = parse()
    if os.environ.get(launch.STAGE) != sys.executable:
        launch.first_stage()  # starts this script again, in the Python of Odoo
    columns = {}
    with contextlib.ExitStack() as stack:
        environment = dict(os.environ, PR_BENCH_SENT=str(options.sent))
        del environment[launch.STAGE]
        trees = {"here": REPO}
        if options.compare:
            trees = {options.compare: stack.enter_context(checkout(options.compare))}
            trees["here"] = REPO
        server = stack.enter_context(durable()) if options.fsync else None
        for title, tree in trees.items():
            if server:
                prepare(tree, environment, server)
            columns[title] = [
                run(tree, environment, items, title) for items in options.items
            ]
    from cost import table

    table.show(options.items, columns)


def parse():
    parser = argparse.ArgumentParser(
        usage=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", default="1000,5000")
    parser.add_argument("--fsync", action="store_true")
    parser.add_argument("--compare", metavar="COMMIT")
    parser.add_argument("--sent", type=int, default=100)
    options = parser.parse_args()
    options.items = [int(size) for size in options.items.split(",")]
    for size in options.items:
        if size % 100 or size < 5 * options.sent:
            parser.error("--items wants hundreds, five for each notice that is sent")
    return options


def run(tree, environment, items, title):
    """Measure one size on one checkout; return {row: what it costs}."""
    print(f"{title}, {items:,} items", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        shell(
            tree,
            PROGRAM.format(folder=str(REPO / "bench")),
            environment
            | {"PR_BENCH_RESULT": str(result), "PR_BENCH_ITEMS": str(items)},
        )
        return json.loads(result.read_text())


def shell(tree, program, environment):
    """Carry a program out in ``bin/odoo shell`` of a checkout."""
    command = [sys.executable, tree / "bin" / "odoo", "shell", "--log-level=warn"]
    subprocess.run(command, input=program, text=True, env=environment, check=True)


@contextlib.contextmanager
def checkout(commit):
    """Yield a checkout of a commit, gone at the end."""
    git = ["git", "-C", str(REPO), "worktree"]
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        subprocess.run([*git, "add", "--quiet", "--detach", tree, commit], check=True)
        try:
            yield tree
        finally:
            subprocess.run([*git, "remove", "--force", tree], check=True)


# -- a PostgreSQL that keeps what it promised ------------------------------------------


@contextlib.contextmanager
def durable():
    """Yield a second embedded server, of which a power cut would take nothing."""
    from setup_env import postgres

    if any(os.environ.get(name) for name in postgres.NAMING_VARIABLES):
        raise SetupError("--fsync is for the embedded server: see to your own yourself")
    home = Home(Home() / "fsync")
    home.create()
    with postgres.Postgres(home) as server:
        yield server


def prepare(tree, environment, server):
    """Make the templates of a checkout in it quickly, then let it flush."""
    environment.update(PGHOST=server.host, PGPORT=str(server.port), PGUSER=server.user)
    switch(server, "off")
    shell(tree, "", environment)
    switch(server, "on")


def switch(server, value):
    from setup_env import postgres

    admin = postgres.Server(server.host, server.port, postgres.ADMIN).connect()
    with admin.cursor() as cursor:
        for name in DURABLE:
            cursor.execute(f"ALTER SYSTEM SET {name} = {value}")
        cursor.execute("SELECT pg_reload_conf()")
        cursor.execute("CHECKPOINT")
    admin.close()


if __name__ == "__main__":
    try:
        main()
    except (SetupError, subprocess.CalledProcessError) as error:
        sys.exit(f"\nERROR: {error}")
