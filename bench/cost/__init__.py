"""What ``bench/speed.py`` does inside Odoo, and how it is counted and shown."""
