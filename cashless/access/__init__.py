"""Who may see what: people, their roles and devices, and the seal of a merchant's page.

Here: who a person is (``people``, ``contact``), what that person may (``grants``), where signed in
(``devices``), how that came about (``credentials``, ``passwords``, ``totp``, ``backoff``,
``invitations``), and handing all this to the database, which asks for itself (``acting``). Not
here: what the pages behind it show (``cashless.web``), and any rule about money. Who may come in:
the pages, the live feeds and the commands. To add a role: a row in ``grants.SCOPES`` and one in
``role_permission`` by a migration; the matrix of tests/cashless/web/test_matrix.py then wants its
answers.
"""
