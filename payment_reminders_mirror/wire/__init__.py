"""Reads files of invoices; knows no Odoo."""
