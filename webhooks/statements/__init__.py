"""Statements: what a provider's settlement file says, read with care and laid beside the payments.

Here: layouts (column maps, stored as data), the readers of each form of file, the import which
keeps a file whole and pairs its lines with payments, and the desk's list of what was imported.
Not here: how a webhook speaks (``providers``), the three-way reconciliation (``cashless.reports``).
Who may come in: the CLI and the reports. Reading is pure; SQL stands in ``keep`` and ``pairs``.
To add a layout: one file in ``layouts``; nothing else is edited, the registry is the folder.
"""
