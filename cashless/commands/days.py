"""Days as people write them on the command line."""

from datetime import date

from cashless.clock import business_date, now
from cashless.errors import Invalid


def parse_day(written: str | None) -> date:
    """Read a day; today in Vietnam when there is none. Raises ``Invalid("day_invalid")``."""
    try:
        return date.fromisoformat(written) if written else business_date(now())
    except ValueError as error:
        raise Invalid(
            "day_invalid",
            "Write a day as yyyy-mm-dd, for example 2026-11-22.",
            "Hãy ghi ngày dạng năm-tháng-ngày, ví dụ 2026-11-22.",
        ) from error
