"""The table of providers says what the code says."""

from providers import everyone
from providers._matrix import matrix


def test_every_protocol_has_a_column_and_every_row_all_columns() -> None:
    lines = matrix(everyone().values()).splitlines()
    heads = [cell.strip() for cell in lines[0].strip("|").split("|")]
    assert heads[1:] == [
        "agribank: sepay",
        "kienlongbank: klbpay",
        "momo: ipn_v2",
        "momo: static_qr_v1",
        "sacombank: payos",
        "vietcombank: casso_v2",
        "vietcombank: casso_v1",
    ]
    assert {line.replace("\\|", "").count("|") for line in lines} == {len(heads) + 1}


def test_the_table_names_what_no_seal_covers() -> None:
    (line,) = [row for row in matrix(everyone().values()).splitlines() if "Not signed" in row]
    assert "storeId, paymentOption" in line
    assert "code, desc, success" in line
