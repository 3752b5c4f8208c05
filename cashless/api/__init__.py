"""The API under ``/api/v1``: for programs, with a key that uses a part of a person's roles.

Here: what may be asked (``operations``), in which shapes (``shapes``), who may (``door``), and how
JSON is read (``strict``). The description of it all, OpenAPI 3.1, is made from these files and
served at ``/api/openapi.json``. Not here: any rule about merchants or money, any SQL, and the
webhooks of providers, whose seals cover bytes. Who may come in: ``cashless.app``. To add an
operation: one line in ``operations.OPERATIONS`` and its view; ``tests/cashless/api`` then asks for
its answers in every role.
"""
