"""The one engine, PostgreSQL, and how the program gets to it.

Here are connections and transactions (``engine``), many rows in one statement
(``batch``), what the database tells by itself (``listen``), the days of a
table (``partitions``), the tables' history (``migrate``, ``migrations``) and
the server that the program starts by itself (``embedded``, which builds on
``server``, ``data_directory``, ``orphans``, ``cluster``, ``binaries``,
``os_user`` and ``home_lock``).

Not here: what a row means. Each room writes its own SQL; this one knows no
table except the mark of the last migration.

Rooms come in through ``engine.opened`` and ``engine.transaction``. To change a
table, add one file to ``migrations/versions``; a file that was released is
never edited.
"""
