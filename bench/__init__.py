"""Speed next to a named baseline in the same run: ``make bench``.

Here: measurements that print figures and ratios. Not here: tests; nothing fails because a machine
is slow. Rates on a shared machine mean little by themselves, so every figure stands beside a
baseline measured in the same minutes.
Payment codes have commands of their own, ``python -m bench.codec`` (a million hostile texts),
``guided``, ``differential``, ``pictures``, ``stands``, ``weight``; docs/adr/0011 has the figures.
To add a measurement: one module with ``measure() -> dict``, one line in ``__main__``.
"""
