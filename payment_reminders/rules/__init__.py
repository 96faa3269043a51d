"""The pure rules of payment reminders: nothing in here imports Odoo.

Plain functions on frozen dataclasses. Money and rates are ``Decimal``, days are
``datetime.date``; the caller rounds only where a function says so. Every public
function names its units and the paragraph that it follows.
"""
