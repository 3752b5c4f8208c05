"""Categories of goods, with their names on the page.

The merchant category code belongs to the acquirer's contract; this is our own word for what is
sold, used for break-downs in reports.
"""

from collections.abc import Mapping

from cashless.errors import Invalid
from cashless.vietqr.text import ascii_text

CATEGORIES: Mapping[str, tuple[str, str]] = {
    "seafood": ("Thủy hải sản", "Seafood"),
    "meat": ("Thịt, gia cầm", "Meat and poultry"),
    "vegetables": ("Rau củ", "Vegetables"),
    "fruit": ("Trái cây", "Fruit"),
    "dried": ("Khô, nước mắm, đặc sản", "Dried goods and sauces"),
    "grocery": ("Tạp hóa, gia vị", "Groceries"),
    "rice": ("Gạo, trứng", "Rice and eggs"),
    "meals": ("Ăn sáng, cơm, quán", "Meals"),
    "drinks": ("Cà phê, nước", "Coffee and drinks"),
    "clothes": ("Quần áo, giày dép", "Clothes and shoes"),
    "household": ("Gia dụng", "Household goods"),
    "services": ("Dịch vụ, làm đẹp", "Services"),
    "gold": ("Vàng bạc, đồng hồ", "Gold and watches"),
    "flowers": ("Hoa, đồ cúng", "Flowers and offerings"),
    "phones": ("Điện thoại, phụ kiện", "Phones"),
    "other": ("Khác", "Other"),
}
"""Category code → (Vietnamese, English)."""


_ALSO: Mapping[str, str] = {
    "fish": "seafood",
    "ca": "seafood",
    "hai san": "seafood",
    "thit": "meat",
    "rau": "vegetables",
    "coffee": "drinks",
    "ca phe": "drinks",
    "food": "meals",
    "an uong": "meals",
    "quan ao": "clothes",
    "vang": "gold",
    "hoa": "flowers",
}
"""Other words people write for a category, without accents."""


def require(written: str) -> str:
    """Return the category's code, from its code, its name or another word people write for it.

    Raises ``Invalid("category_unknown")`` with the known ones.
    """
    wanted = ascii_text(written).strip().lower()
    for category, names in CATEGORIES.items():
        if wanted in {category, *(ascii_text(name).lower() for name in names)}:
            return category
    if wanted in _ALSO:
        return _ALSO[wanted]
    known = ", ".join(CATEGORIES)
    known_vi = ", ".join(name for name, _english in CATEGORIES.values())
    raise Invalid(
        "category_unknown",
        f"There is no category {written!r}. Choose one of: {known}.",
        f"Không có ngành hàng {written!r}. Hãy chọn: {known_vi}.",
    )
