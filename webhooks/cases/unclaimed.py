"""The cases of payments that wait: for a person, for another payment, for the settler."""

from typing import Final

from webhooks.cases.case import NOTHING, Case, Said

_FIND_OWNER: Final = Said(
    "Hỏi khách hoặc tổ chức thanh toán tiền là của ai, rồi giao cho người bán hoặc trả lại.",
    "Ask the shopper or the provider whose it is, then assign it or have it returned.",
)

UNCLAIMED: Final = (
    Case(
        "closed_merchant",
        "suspense",
        "suspense",
        Said("Người bán đã ngừng kinh doanh.", "The merchant is closed."),
        Said(
            "Hỏi ai đang bán ở đó: mở lại rồi giao, giao cho người mới, hoặc trả lại khách.",
            "Ask who sells there now: reopen and assign, assign to another, or have it returned.",
        ),
    ),
    Case(
        "account_unknown",
        "suspense",
        "suspense",
        Said("Không ai có tài khoản nhận này.", "Nobody holds this account."),
        _FIND_OWNER,
    ),
    Case(
        "account_not_of_merchant",
        "suspense",
        "suspense",
        Said(
            "Phiếu thu của một người, tài khoản nhận của người khác.",
            "The order is one merchant's, the account is not.",
        ),
        Said(
            "So phiếu thu với tài khoản: tiền ở đâu thì giao cho người đó; coi chừng mã bị dán đè.",
            "Who holds the account has the money: assign it there; look for a code pasted over.",
        ),
    ),
    Case(
        "account_not_of_connection",
        "suspense",
        "suspense",
        Said(
            "Kết nối này không được nói về tài khoản đó.",
            "The connection may not speak of this account.",
        ),
        Said(
            "Chưa tin: kiểm tra trong sao kê trước khi giao; báo kỹ thuật.",
            "Do not believe it yet: look into the statement first, and tell the engineer.",
        ),
    ),
    Case(
        "reference_ambiguous",
        "suspense",
        "suspense",
        Said("Nội dung nêu hai phiếu thu.", "The memo names two orders."),
        Said(
            "Hỏi khách trả cho phiếu nào, rồi giao cho người bán.",
            "Ask the shopper for which order it was, then assign it.",
        ),
    ),
    Case(
        "account_closed_before",
        "suspense",
        "suspense",
        Said(
            "Tài khoản đã thôi dùng lâu hơn mức quy tắc theo dõi.",
            "The account was closed longer ago than the rules watch it.",
        ),
        _FIND_OWNER,
    ),
    Case(
        "stand_revoked_before",
        "suspense",
        "suspense",
        Said(
            "Mọi bảng QR đã thu hồi lâu hơn mức quy tắc theo dõi.",
            "Every stand was revoked longer ago than the rules watch it.",
        ),
        _FIND_OWNER,
    ),
    Case(
        "undone",
        "suspense",
        "undo",
        Said("Đã giao hoặc trả lại, rồi hoàn tác.", "Assigned or returned before, and undone."),
        _FIND_OWNER,
    ),
    Case(
        "returned",
        "returned",
        "return",
        Said("Đã trả lại cho người trả.", "It went back to its payer."),
        NOTHING,
        asks=False,
    ),
    Case(
        "more_than_credit",
        "suspense",
        "suspense",
        Said(
            "Trả lại nhiều hơn phần còn lại của khoản gốc.",
            "More is taken back than is left of its payment.",
        ),
        Said(
            "Không trừ vào sổ người bán; hỏi tổ chức thanh toán rồi ghi bút toán điều chỉnh.",
            "Nothing left the merchant's book; ask the provider, then correct by an entry.",
        ),
    ),
    Case(
        "before_credit",
        "waiting",
        "waiting",
        Said(
            "Trả lại hoặc hủy đến trước khoản gốc.",
            "A refund or reversal came before its payment.",
        ),
        Said(
            "Chờ: tự ghép khi khoản gốc đến; quá một ngày thì hỏi tổ chức thanh toán.",
            "Wait: it pairs when its payment comes; after a day ask the provider.",
        ),
    ),
    Case(
        "without_credit",
        "waiting",
        "waiting",
        Said(
            "Tiền ra, không nêu khoản gốc.",
            "Money left an account and names no payment.",
        ),
        Said(
            "Hỏi ai đã rút, rồi giao cho người đó: ghi là tiền lấy ra.",
            "Ask who took it, then assign it: it becomes what the merchant took out.",
        ),
    ),
    Case(
        "annulled",
        "waiting",
        "annulled",
        Said(
            "Đã hủy ghi: là lần báo thêm, hoặc từ sao kê nhập nhầm.",
            "Taken out of the books: another telling, or from a statement in the wrong place.",
        ),
        NOTHING,
        asks=False,
    ),
    Case(
        "kept",
        "waiting",
        "",
        Said("Đã lưu, chưa xử lý.", "Kept, not settled yet."),
        Said("Chờ một giây, hoặc chạy cashless settle.", "Wait a second, or run cashless settle."),
    ),
    Case(
        "conflict",
        "conflict",
        "",
        Said(
            "Cùng mã giao dịch nhưng nói khác lần trước.",
            "The same transaction id, saying something else.",
        ),
        Said(
            "Giữ cả hai; hỏi tổ chức thanh toán bản nào đúng.",
            "Both are kept; ask the provider which one holds.",
        ),
    ),
)
