"""The commands of ``cashless``, one file per noun.

Here: reading a person's words, calling one function of another room, showing the answer as text or,
with ``--json``, as one JSON document. Not here: any rule about money or merchants. Who may come in:
``cashless.cli``. To add a command: one file named after its noun, one line in ``cashless.cli``.
"""
