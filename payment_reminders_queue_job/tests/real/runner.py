"""An Odoo whose clock begins at a moment, given first; the rest are its arguments."""

import sys

from freezegun import freeze_time


def main():
    freeze_time(sys.argv.pop(1), tick=True).start()
    from odoo.cli import main as serve

    serve()


if __name__ == "__main__":
    main()
