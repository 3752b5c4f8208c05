"""The table of providers says what the code says."""

from providers import everyone
from providers._matrix import matrix


def test_every_protocol_has_a_column_and_every_row_all_columns() -> None:
    lines = matrix(everyone().values()).splitlines()
    heads = [cell.strip() for cell in lines[0].strip("|").split("|")]
    spoken = [(one.name, said.name) for one in everyone().values() for said in one.protocols]
    assert heads[1:] == [f"{name}: {protocol}" for name, protocol in spoken]
    assert {line.replace("\\|", "").count("|") for line in lines} == {len(heads) + 1}


def test_the_table_names_what_no_seal_covers() -> None:
    (line,) = [row for row in matrix(everyone().values()).splitlines() if "Not signed" in row]
    assert "storeId, paymentOption" in line
    assert "code, desc, success" in line
