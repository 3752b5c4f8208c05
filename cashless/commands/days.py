"""Days as people write them on the command line."""

from datetime import date

from cashless.clock import business_date, day_bounds, now, plausible
from cashless.errors import Invalid


def parse_day(written: str | None) -> date:
    """Read a day; today in Vietnam when there is none.

    Raises ``Invalid("day_invalid")`` for what is no day of the years 2000 to 2099.
    """
    if not written:
        return business_date(now())
    try:
        return business_date(plausible(day_bounds(date.fromisoformat(written))[0]))
    except (ValueError, OverflowError) as error:
        raise Invalid(
            "day_invalid",
            "Write a day as yyyy-mm-dd, for example 2026-11-22.",
            "Hãy ghi ngày dạng năm-tháng-ngày, ví dụ 2026-11-22.",
        ) from error
