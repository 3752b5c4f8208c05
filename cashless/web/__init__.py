"""The pages: one file per person who looks, and what all pages share.

Here: ``public`` (home, a shopper's order page), ``merchant``, ``city``, ``health``, the live
``feed``, the answers when something goes wrong (``problems``), the headers of every answer, and how
things are written on a page (``formats``). Templates and static files stand beside. Not here: any
SQL, any rule about money. Who may come in: ``cashless.app`` and ``cashless.asgi``. To add a page: a
function in the file of its person, a template of at most 150 lines, and no request to another host,
ever.
"""
