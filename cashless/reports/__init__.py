"""What the rows add up to, for the people who look: a merchant's day, the city's adoption.

Here: questions put to the tables, and the rule that hides small numbers (``suppress``). Not here:
pages (``cashless.web``) and the writing of any row. Who may come in: the pages, the feeds and the
commands. To add a report: one file named after it, with a function that takes a connection and
returns values.
"""
