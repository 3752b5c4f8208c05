"""The rules of matching as data: numbered sets, their rehearsal, and which one is switched on.

Here: ``body`` (what a set says, strictly read), ``kept`` (sets, switches and rehearsals as rows),
``history`` (what a payment might have belonged to at its time), ``rehearsal`` (a set run over past
payments), ``differing`` (what came out otherwise). Not here: the rungs themselves, which stand in
``webhooks.match``.
Who may come in: ``settle``, ``reposting`` and the command line.
To add a parameter: a line in ``body``, its use in the rung, and its line in docs/adr/0017.
"""
