"""``cashless serve``: database, server and settle process with one command."""

import logging
import threading

import click

from cashless import log, supervisor
from cashless.commands.session import read_settings
from cashless.settings import vault_key


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
def serve(host: str, port: int, workers: int) -> None:
    """Run the server, the settle process, and the embedded database if none is configured.

    Stop it with Ctrl-C or SIGTERM: what was received is written first. A killed one is simply
    started again.
    """
    log.install("serve")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    settings = read_settings()
    vault_key(settings)
    stop = threading.Event()
    supervisor.stop_on_signals(stop)
    with supervisor.bind(host, port) as listening:
        number = listening.getsockname()[1]
        for _started in supervisor.run(settings, listening, workers, stop):
            click.echo(f"Địa chỉ / address: http://{host}:{number}/  (Ctrl-C để dừng / to stop)")
