"""Small export files, written for tests."""

import datetime
import io
import struct
import zipfile
from html import escape
from pathlib import Path

import xlsxwriter
import xlwt

from reconcile.config import load_register_types, mappings_folder
from reconcile.importers import ImportOptions, read_deliveries

TODAY = datetime.date(2026, 1, 15)
MAPPINGS = mappings_folder()
TYPES = load_register_types(MAPPINGS)

KS_CODES = ["STT", "so", "quyenSo", "ngayDangKy", "loaiDangKy", "nksHoTen", "nksGioiTinh",
            "nksNgaySinh", "nksDanToc", "meHoTen", "meSoGiayToTuyThan", "chaHoTen",
            "ghiChu"]  # fmt: skip
KS_LABELS = ["Số TT", "Số", "Quyển số", "Ngày đăng ký", "Loại", "Họ tên", "Giới tính",
             "Ngày sinh", "Dân tộc", "Họ tên mẹ", "Số giấy tờ mẹ", "Họ tên cha",
             "Ghi chú"]  # fmt: skip
CSV_HN = (
    "ma_ho_so;so;quyen;ngay_cap;ho_ten;gioi_tinh;ngay_sinh;dan_toc;quoc_tic"
    "h;noi_cu_tru;so_giay_to;tinh_trang_hon_nhan;muc_dich;nguoi_ky;ghi_chu"
)


def ks_row(number=1, name="Nguyễn Văn An", **cells):
    """One birth in the Ministry's columns, in the order of KS_CODES."""
    row = {
        "STT": number, "so": str(number), "quyenSo": "01/2007", "ngayDangKy": "05.03.2007",
        "loaiDangKy": "1", "nksHoTen": name, "nksGioiTinh": "1", "nksNgaySinh": "01.02.2007",
        "nksDanToc": "Kinh", "meHoTen": "Trần Thị Bé", "meSoGiayToTuyThan": "", "chaHoTen": "",
        "ghiChu": "",
    } | cells  # fmt: skip
    return [row[code] for code in KS_CODES]


def hn_line(number=1, name="NGUYỄN VĂN AN", **cells):
    """One marital-status certificate in the columns of CSV_HN."""
    row = dict.fromkeys(CSV_HN.split(";"), "") | {
        "ma_ho_so": f"HN{number:04}", "so": str(number), "quyen": "01/2020",
        "ngay_cap": "2020-05-06", "ho_ten": name, "gioi_tinh": "Nam", "ngay_sinh": "1990-01-02",
    } | cells  # fmt: skip
    return ";".join(row.values())


def xlsx(path, sheets):
    """Write a workbook: sheet name -> rows of cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime.date):
                    sheet.write_datetime(number, column, cell, day)
                elif cell not in ("", None):
                    sheet.write(number, column, cell)
    book.close()
    return path


def xls(path, sheets, merges=()):
    """Write an Excel 97 workbook; merges are (top, bottom, left, right, text) on every sheet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlwt.Workbook()
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell not in ("", None):
                    sheet.write(number, column, cell)
        for merge in merges:
            sheet.write_merge(*merge)
    book.save(str(path))
    return path


def dbf(fields, records, *, promised=None, deleted=()):
    """Bytes of a dBase III table: fields (name, type, length), records of texts."""
    length = 1 + sum(size for _, _, size in fields)
    header = 32 + 32 * len(fields) + 1
    out = io.BytesIO()
    count = len(records) if promised is None else promised
    out.write(struct.pack("<BBBBIHH20x", 3, 115, 12, 31, count, header, length))
    for name, kind, size in fields:
        out.write(struct.pack("<11sc4xBB14x", name.encode(), kind.encode(), size, 0))
    out.write(b"\r")
    for index, record in enumerate(records):
        out.write(b"*" if index in deleted else b" ")
        for (_, kind, size), cell in zip(fields, record, strict=True):
            raw = cell.encode("latin-1")
            out.write((raw.rjust(size) if kind == "N" else raw.ljust(size))[:size])
    out.write(b"\x1a")
    return out.getvalue()


def put(path, content):
    """Write bytes or UTF-8 text, with the folders above."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8-sig"))
    return path


def read(*folders, mappings=MAPPINGS, types=TYPES, **options):
    """Read deliveries with usual options."""
    chosen = {"kind": None, "date": None, "today": TODAY} | options
    return read_deliveries([Path(f) for f in folders], mappings, types, ImportOptions(**chosen))


def ods(path, sheets):
    """Write an OpenDocument workbook of texts: sheet name -> rows of cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tables = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(
            "<table:table-row>"
            + "".join(
                '<table:table-cell office:value-type="string">'
                f"<text:p>{escape(str(cell))}</text:p></table:table-cell>"
                if cell not in ("", None)
                else "<table:table-cell/>"
                for cell in row
            )
            + "</table:table-row>"
            for row in rows
        )
        + "</table:table>"
        for name, rows in sheets.items()
    )
    names = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<office:document-content{names} office:version="1.2"><office:body><office:spreadsheet>'
        f"{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return path
