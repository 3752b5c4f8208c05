"""A believable Rạch Giá that is invented: people, places, shoppers, and what goes wrong.

Here: an invented market made from a seed (``places``, ``people``), what shoppers pay (``shoppers``,
``memos``), what goes wrong on purpose and what must come of it (``faults``, ``plan``), how it is
told by each provider (``lines``), and the way to a running door on this machine (``stage``,
``sender``, ``verdict``). Not here: real people, real accounts, any other machine. Who may come in:
``cashless simulate`` and ``cashless demo``. To add a fault: one row in ``faults.FAULTS``.
"""
