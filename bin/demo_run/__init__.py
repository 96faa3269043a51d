"""What ``bin/demo`` shows, on an Odoo that ``setup_env`` has set up.

``services`` runs beside Odoo (mail server, SMS gateway); ``play`` runs inside Odoo.
"""
