"""The cases of payments whose owner is known."""

from typing import Final

from webhooks.cases.case import NOTHING, Case, Said

POSTED: Final = (
    Case(
        "as_asked",
        "posted",
        "sale",
        Said("Trả đúng phiếu thu.", "An order was paid as it asked."),
        NOTHING,
        asks=False,
    ),
    Case(
        "unasked",
        "posted",
        "sale",
        Said("Tiền vào theo mã QR của sạp, không có phiếu thu.", "Money without an order."),
        Said(
            "Không cần làm gì; nếu không phải tiền bán hàng thì đánh dấu.",
            "Nothing; what is no sale is marked as none.",
        ),
        asks=False,
    ),
    Case(
        "late",
        "posted",
        "sale",
        Said("Trả sau khi phiếu thu hết hạn.", "Paid after the order expired."),
        Said(
            "Còn hàng thì giao, hết thì trả lại tiền; phiếu thu vẫn ghi là trễ.",
            "Hand over what is still there, or give the money back; the order stays late.",
        ),
    ),
    Case(
        "after_cancel",
        "posted",
        "sale",
        Said("Trả sau khi phiếu thu đã hủy.", "Paid after the order was cancelled."),
        Said(
            "Hỏi khách còn mua không: giao hàng, hoặc trả lại tiền.",
            "Ask whether the shopper still wants it: hand over the goods, or give the money back.",
        ),
    ),
    Case(
        "before_order",
        "posted",
        "sale",
        Said(
            "Giờ trả theo tổ chức thanh toán sớm hơn giờ lập phiếu thu.",
            "By the provider's clock it was paid before the order was made.",
        ),
        Said(
            "Tính theo giờ ta nhận được; báo kỹ thuật nếu lặp lại: đồng hồ bên kia sai.",
            "It counts for the time we heard of it; if it goes on, their clock is wrong: say so.",
        ),
    ),
    Case(
        "underpaid",
        "posted",
        "sale",
        Said("Phiếu thu còn thiếu tiền.", "Less than the order asked for."),
        Said(
            "Lập phiếu thu mới cho phần còn thiếu, hoặc trả lại phần đã nhận.",
            "Ask for the rest by a new order, or give back what came.",
        ),
    ),
    Case(
        "overpaid",
        "posted",
        "sale",
        Said("Trả nhiều hơn phiếu thu.", "More than the order asked for."),
        Said(
            "Phần thừa ghi ở Liabilities:Overpaid: trả lại khách.",
            "What is too much stands in Liabilities:Overpaid: give it back.",
        ),
    ),
    Case(
        "duplicate",
        "posted",
        "overpayment",
        Said("Phiếu thu đã trả đủ rồi lại được trả lần nữa.", "The order was paid already."),
        Said(
            "Toàn bộ lần sau ghi ở Liabilities:Overpaid: trả lại khách.",
            "All of it stands in Liabilities:Overpaid: give it back.",
        ),
    ),
    Case(
        "after_close",
        "posted",
        "sale",
        Said(
            "Thuộc một ngày đã chốt; ghi vào ngày đầu tiên còn mở.",
            "It belongs to a day that was closed; it stands on the first open day.",
        ),
        Said(
            "Không cần làm gì: lần chốt sau ghi rõ thuộc ngày nào.",
            "Nothing: the next close tells to which day it belongs.",
        ),
        asks=False,
    ),
    Case(
        "revoked_stand",
        "posted",
        "sale",
        Said(
            "Tài khoản này chỉ còn bảng QR đã thu hồi.",
            "Every stand of this account was revoked before.",
        ),
        Said(
            "Tiền vẫn là của người bán; tìm và gỡ bảng cũ, phát bảng mới.",
            "The money is the merchant's; find the old sheet, take it down, print a new one.",
        ),
    ),
    Case(
        "closed_account",
        "posted",
        "sale",
        Said("Tiền vào tài khoản đã thôi dùng.", "Money to an account that was closed before."),
        Said(
            "Người bán kiểm tra tài khoản cũ; báo khách quen quét mã mới.",
            "Let the merchant look into the old account, and shoppers scan the new code.",
        ),
    ),
    Case(
        "assigned",
        "posted",
        "sale",
        Said("Người xem đã giao cho người bán.", "A person gave it to its merchant."),
        NOTHING,
        asks=False,
    ),
    Case(
        "taken_back",
        "posted",
        "refund",
        Said("Trả lại từ một khoản đã nhận.", "Money given back from a payment."),
        NOTHING,
        asks=False,
    ),
    Case(
        "reversed",
        "posted",
        "reversal",
        Said("Tổ chức thanh toán đã hủy giao dịch.", "The provider took a payment back."),
        Said(
            "Đòi lại hàng hoặc xin khách trả lại; khoản cũ không còn là tiền bán.",
            "The sale is gone: ask for the goods, or for the money again.",
        ),
    ),
    Case(
        "withdrawn",
        "posted",
        "withdrawal",
        Said("Người bán lấy tiền ra khỏi tài khoản.", "The merchant took money out."),
        NOTHING,
        asks=False,
    ),
    Case(
        "witness",
        "posted",
        "",
        Said(
            "Báo lại khoản đã có, qua kết nối khác.",
            "Another connection's telling of a payment that is there; it stands as that one does.",
        ),
        NOTHING,
        asks=False,
    ),
)
