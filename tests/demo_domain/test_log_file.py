"""Reading the log: what is kept, what is rejected and why."""

import doctest

import pytest

HEADING = (
    "Case ID,Activity,Resource,Start Timestamp,Complete Timestamp,Span,"
    "Work Order  Qty,Part Desc.,Worker ID,Report Type,Qty Completed,Qty Rejected,"
    "Qty for MRB,Rework,timestamp_source"
)
GOOD = (
    "Case 1,Mill,Mill 1,2012-01-29 23:24:00,2012-01-30 05:43:00,006:19,10,Cable Head,"
    "ID1,D,3,1,0,,direct"
)


def read(domain, *lines, heading=HEADING):
    return domain.log_file.read_log("\n".join([heading, *lines]).encode())


def test_doctests(domain):
    assert doctest.testmod(domain.log_file).failed == 0
    assert doctest.testmod(domain.log_plan).failed == 0


def test_good_line_becomes_a_typed_row(domain):
    (row,) = read(domain, GOOD).rows
    assert (row.case_id, row.resource, row.part) == ("Case 1", "Mill 1", "Cable Head")
    assert (row.end - row.start).total_seconds() == (6 * 60 + 19) * 60
    assert (row.order_quantity, row.completed, row.rejected) == (10, 3, 1)


def test_each_dirty_line_of_the_fixture_is_rejected_with_its_reason(domain, small_log):
    log = domain.log_file.read_log(small_log)
    assert [(reject.line, reject.reason) for reject in log.rejects] == [
        (23, "no_time"),
        (24, "unreadable_time"),
        (25, "end_before_start"),
        (26, "unknown_type"),
        (27, "not_a_number"),
        (28, "not_a_number"),
        (29, "missing_name"),
        (30, "order_mismatch"),
        (31, "duplicate_row"),
        (32, "wrong_columns"),
        (34, "wrong_columns"),
        (35, "wrong_encoding"),
    ]
    assert len(log.rows) == 21
    assert log.rows_read == 33


def test_rejects_file_names_line_reason_and_text(domain):
    log = read(domain, GOOD.replace(",D,", ",Q,"))
    heading, line = domain.log_file.rejects_csv(log.rejects)
    assert heading == ("Line", "Reason", "Explanation", "Text")
    assert line[:2] == (2, "unknown_type")
    assert line[3].startswith("Case 1,")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encoding_and_line_ends_do_not_matter(domain, encoding, newline):
    text = newline.join([HEADING, GOOD.replace("Cable", "Käbel"), ""])
    (row,) = domain.log_file.read_log(text.encode(encoding)).rows
    assert row.part == "Käbel Head"


def test_foreign_bytes_reject_their_line_only(domain):
    content = f"{HEADING}\n{GOOD}\n".encode() + GOOD.replace("Cable", "Käbel").encode(
        "cp1252"
    )
    log = domain.log_file.read_log(content)
    assert len(log.rows) == 1
    assert [reject.reason for reject in log.rejects] == ["wrong_encoding"]


@pytest.mark.parametrize("spelling", ["Work Order Qty", "work order   QTY "])
def test_heading_is_compared_without_case_and_runs_of_space(domain, spelling):
    heading = HEADING.replace("Work Order  Qty", spelling)
    assert len(read(domain, GOOD, heading=heading).rows) == 1


def test_columns_may_stand_in_another_order(domain):
    heading = ",".join(reversed(HEADING.split(",")))
    (row,) = read(domain, ",".join(reversed(GOOD.split(","))), heading=heading).rows
    assert row.case_id == "Case 1"


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"a,b,c\n1,2,3", b"PK\x03\x04\x00\xff\xfe", b"\xff\xfe", b'"open'],
)
def test_other_file_is_refused_with_what_it_lacks(domain, content):
    with pytest.raises(domain.log_file.NotALogError) as caught:
        domain.log_file.read_log(content)
    assert "Case ID" in caught.value.missing


def test_missing_column_is_named(domain):
    with pytest.raises(domain.log_file.NotALogError) as caught:
        read(domain, GOOD, heading=HEADING.replace("Report Type", "Kind"))
    assert caught.value.missing == ("Report Type",)


@pytest.mark.parametrize("number", ["", "nan", "inf", "1e3", "1_000", "1,5", "-1", "٣"])
def test_odd_numbers_are_rejected(domain, number):
    line = GOOD.replace(",D,3,", f',D,"{number}",')
    assert [r.reason for r in read(domain, line).rejects] == ["not_a_number"]


def test_first_fault_in_order_of_precedence_is_reported(domain):
    line = GOOD.replace(",D,3,", ",Q,x,").replace("2012-01-29 23:24:00", "")
    assert [r.reason for r in read(domain, line).rejects] == ["unknown_type"]


def test_zero_length_report_is_kept(domain):
    line = GOOD.replace("2012-01-30 05:43:00", "2012-01-29 23:24:00")
    assert len(read(domain, line).rows) == 1


def test_impossible_date_is_unreadable(domain):
    line = GOOD.replace("2012-01-29", "2012-02-30")
    assert [r.reason for r in read(domain, line).rejects] == ["unreadable_time"]
