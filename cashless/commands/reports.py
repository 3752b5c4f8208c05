"""``cashless report``: what the city reads."""

import click

from cashless.clock import business_date, now
from cashless.commands.days import parse_day
from cashless.commands.session import as_text, json_option, ledger
from cashless.errors import Invalid
from cashless.reports.adoption import adoption as read
from cashless.reports.adoption import last_days
from cashless.reports.adoption_rows import adoption_csv, adoption_rows


@click.group()
def report() -> None:
    """Báo cáo: adoption by market and street, without anybody's takings."""


@report.command()
@click.option("--from", "first", help="First day, yyyy-mm-dd; 28 days in all when left out.")
@click.option("--to", "last", help="Last day, yyyy-mm-dd; today when left out.")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv")
@json_option
def adoption(first: str | None, last: str | None, form: str, as_json: bool) -> None:
    """Print adoption in a period; cells of fewer than five merchants are not published."""
    to_day = parse_day(last) if last else business_date(now())
    from_day = parse_day(first) if first else last_days(to_day)[0]
    if from_day > to_day:
        raise Invalid(
            "period_invalid",
            "The first day lies after the last.",
            "Ngày đầu nằm sau ngày cuối.",
        )
    with ledger() as db:
        found = read(db, from_day, to_day)
    wanted = "json" if as_json else form
    click.echo(as_text(adoption_rows(found)) if wanted == "json" else adoption_csv(found))
