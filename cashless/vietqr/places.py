"""What the objects of a payment code are called in plain words, English and Vietnamese.

A path is the ids from the outside in (``38.01.00``), ``root`` for the code as
a whole, ``image`` for the picture it was read from. Behind a colon stand the
two signs that were found where an id should be (``root:VN``).
"""

from typing import Final

_NAMES: Final = {
    "root": ("The code", "Mã"),
    "image": ("The picture", "Hình"),
    "merchant_account(02-51)": ("Every way to pay (02-51)", "Mọi cách nhận tiền (02-51)"),
    "00": ("The format mark", "Dấu định dạng"),
    "01": ("The point of initiation", "Loại mã (tĩnh hay động)"),
    "38": ("The NAPAS account", "Tài khoản NAPAS"),
    "38.00": ("The mark of NAPAS", "Dấu hiệu NAPAS"),
    "38.01": ("The beneficiary", "Bên nhận tiền"),
    "38.01.00": ("The bank", "Ngân hàng"),
    "38.01.01": ("The account number", "Số tài khoản"),
    "38.02": ("The service", "Dịch vụ"),
    "52": ("The category", "Ngành hàng"),
    "53": ("The currency", "Loại tiền"),
    "54": ("The amount", "Số tiền"),
    "55": ("The tip or fee indicator", "Chỉ báo tiền tip, phụ phí"),
    "56": ("The fixed fee", "Phụ phí cố định"),
    "57": ("The fee in percent", "Phụ phí phần trăm"),
    "58": ("The country", "Quốc gia"),
    "59": ("The merchant's name", "Tên người bán"),
    "60": ("The city", "Thành phố"),
    "61": ("The postal code", "Mã bưu chính"),
    "62": ("The additional data", "Dữ liệu bổ sung"),
    "62.01": ("The bill number", "Số hóa đơn"),
    "62.02": ("The mobile number", "Số điện thoại"),
    "62.03": ("The store label", "Mã cửa hàng"),
    "62.04": ("The loyalty number", "Số khách hàng thân thiết"),
    "62.05": ("The reference", "Mã tham chiếu"),
    "62.06": ("The customer label", "Mã khách hàng"),
    "62.07": ("The terminal", "Mã điểm bán"),
    "62.08": ("The transfer content", "Nội dung chuyển khoản"),
    "62.09": ("The request for customer data", "Yêu cầu thông tin khách"),
    "63": ("The check sum", "Mã kiểm tra"),
    "64": ("The language template", "Phần ngôn ngữ khác"),
    "64.00": ("The language", "Ngôn ngữ"),
    "64.01": ("The name in another language", "Tên bằng ngôn ngữ khác"),
    "64.02": ("The city in another language", "Thành phố bằng ngôn ngữ khác"),
}


def told(path: str) -> tuple[str, str]:
    """Return what stands at that path, in English and Vietnamese, with the path in brackets."""
    place = path.partition(":")[0]
    english, vietnamese = _NAMES.get(place, ("An object", "Một trường"))
    where = f" ({path})" if place != path or place[:1].isdigit() else ""
    return english + where, vietnamese + where
