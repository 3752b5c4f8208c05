"""Problems: what a person and a program are told when something cannot be done."""

import pytest

from cashless import errors

FAMILIES = [
    (errors.Invalid, 400, 2),
    (errors.NotFound, 404, 2),
    (errors.Conflict, 409, 2),
    (errors.Forbidden, 403, 2),
    (errors.Unavailable, 503, 1),
    (errors.Broken, 500, 1),
]


@pytest.mark.parametrize(("family", "status", "exit_code"), FAMILIES)
def test_the_family_decides_status_and_exit_code(
    family: type[errors.Problem], status: int, exit_code: int
) -> None:
    assert (family.status, family.exit_code) == (status, exit_code)
    assert issubclass(family, errors.Problem)


def test_every_family_is_in_the_table() -> None:
    assert set(errors.Problem.__subclasses__()) == {family for family, _, _ in FAMILIES}


def test_a_problem_speaks_both_languages() -> None:
    problem = errors.NotFound("bank_unknown", "No such bank.", "Không có ngân hàng này.")
    assert problem.as_json() == {
        "error": {
            "code": "bank_unknown",
            "message": "No such bank.",
            "message_vi": "Không có ngân hàng này.",
        }
    }
    assert str(problem) == "bank_unknown: No such bank."
