"""Every case a payment can be: its state, what the book says of it, and what a person should do.

Here: ``case`` (what a case is), ``posted`` and ``unclaimed`` (the table, in two halves), ``advice``
(which cases payments are, from their rows). docs/reference/cases.md is written from the table, and
tests/webhooks/test_cases.py plays each case from the door to the book.
Not here: finding the owner (``webhooks.match``), acting on the advice (``webhooks.desk``).
Who may come in: the command line, the pages and the API.
To add a case: a row in the table, its line in ``advice``, its play in the test.
"""
