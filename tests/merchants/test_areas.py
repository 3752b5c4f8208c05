"""A code alone is no key, and an old ward's name still leads to the area of today."""

from datetime import date

import pytest

from cashless.errors import NotFound
from merchants import areas

TODAY = date(2026, 7, 1)


def test_one_code_had_three_lives_in_turn() -> None:
    assert [one.name for one in areas.lives("30742")] == ["Vĩnh Bảo", "Vĩnh Thanh Vân", "Rạch Giá"]
    assert [one.life for one in areas.lives("30742")] == [1, 2, 3]


def test_what_a_code_meant_depends_on_the_day() -> None:
    assert areas.find("30742", date(2025, 6, 30)).name == "Vĩnh Thanh Vân"
    assert areas.find("30742", date(2025, 7, 1)).name == "Rạch Giá"
    assert areas.find("30754", date(2025, 6, 30)).name == "Rạch Sỏi"
    with pytest.raises(NotFound):
        areas.find("30754", TODAY)


@pytest.mark.parametrize(
    "written",
    ["30742", "Rạch Giá", "phường rạch giá", "P. Rach Gia", "TP Rạch Giá", "Rạch Sỏi", "Vĩnh Bảo"],
)
def test_what_people_write_leads_to_the_ward_of_today(written: str) -> None:
    assert areas.full_name(areas.named(written)) == "Phường Rạch Giá, Tỉnh An Giang"


def test_an_area_that_nobody_knows_is_not_guessed() -> None:
    for written in ("", "Rạch", "99999", "Sài Gòn"):
        with pytest.raises(NotFound) as caught:
            areas.named(written)
        assert caught.value.code == "area_unknown"


def test_the_province_of_today_has_its_102_units() -> None:
    here = [one for one in areas.every_area() if one.province == "91" and one.into is None]
    kinds = [one.level for one in here if one.level != "province"]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "commune": 85,
        "ward": 14,
        "special_zone": 3,
    }
    provinces = [one for one in areas.every_area() if one.level == "province"]
    assert len([one for one in provinces if one.into is None]) == 34


def test_a_ward_of_before_the_reform_lay_in_the_province_of_its_days() -> None:
    before, after = areas.find("30742", date(2025, 6, 30)), areas.find("30742", TODAY)
    assert areas.full_name(before) == "Phường Vĩnh Thanh Vân, Tỉnh Kiên Giang"
    assert areas.full_name(after) == "Phường Rạch Giá, Tỉnh An Giang"


def test_every_former_area_became_part_of_one_of_today() -> None:
    for one in areas.every_area():
        if one.level == "province":
            assert one.into in {None, "91"}
        else:
            assert one.into is None or areas.lives(one.into)[-1].into is None
