"""Columns of Hội Xuân's books: ``group / column | field``; the group is merged over its columns."""

from __future__ import annotations

from typing import Final, NamedTuple


class Column(NamedTuple):
    """One column: label of its group (empty where it has none), its own label, and its field."""

    group: str
    label: str
    field: str


def _columns(text: str) -> tuple[Column, ...]:
    columns = []
    for line in text.strip().splitlines():
        header, _, field = line.partition("|")
        group, _, label = header.rpartition(" / ")
        columns.append(Column(group.strip(), label.strip(), field.strip()))
    return tuple(columns)


_TEXTS: Final = {
    "KS": """
        STT | entry.ordinal
        Số | entry.number
        Quyển số | entry.book
        Ngày đăng ký | entry.registration_date
        Loại đăng ký | entry.registration_kind
        Người được khai sinh / Họ và tên | child.name
        Người được khai sinh / Ngày | child.birth_day
        Người được khai sinh / Tháng | child.birth_month
        Người được khai sinh / Năm | child.birth_year
        Người được khai sinh / Giới tính | child.sex
        Người được khai sinh / Dân tộc | child.ethnic_group
        Người được khai sinh / Quốc tịch | child.nationality
        Người được khai sinh / Nơi sinh | child.birth_place
        Người được khai sinh / Quê quán | child.home_place
        Người mẹ / Họ và tên | mother.name
        Người mẹ / Năm sinh | mother.birth_date
        Người mẹ / Dân tộc | mother.ethnic_group
        Người mẹ / Quốc tịch | mother.nationality
        Người mẹ / Nơi thường trú | mother.residence
        Người cha / Họ và tên | father.name
        Người cha / Năm sinh | father.birth_date
        Người cha / Dân tộc | father.ethnic_group
        Người cha / Quốc tịch | father.nationality
        Người cha / Nơi thường trú | father.residence
        Người đi khai / Họ và tên | requester.name
        Người đi khai / Quan hệ | requester.relation
        Người đi khai / Số CMND | requester.identity_number
        Người ký | entry.signer
        Ghi chú | entry.notes
    """,
    "KH": """
        STT | entry.ordinal
        Số | entry.number
        Quyển số | entry.book
        Ngày đăng ký | entry.registration_date
        Bên nam / Họ và tên | husband.name
        Bên nam / Ngày sinh | husband.birth_date
        Bên nam / Dân tộc | husband.ethnic_group
        Bên nam / Quốc tịch | husband.nationality
        Bên nam / Nơi thường trú | husband.residence
        Bên nam / Số CMND | husband.identity_number
        Bên nữ / Họ và tên | wife.name
        Bên nữ / Ngày sinh | wife.birth_date
        Bên nữ / Dân tộc | wife.ethnic_group
        Bên nữ / Quốc tịch | wife.nationality
        Bên nữ / Nơi thường trú | wife.residence
        Bên nữ / Số CMND | wife.identity_number
        Kết hôn lần thứ | entry.marriage_ordinal
        Người ký | entry.signer
        Ghi chú | entry.notes
    """,
    "KT": """
        STT | entry.ordinal
        Số | entry.number
        Quyển số | entry.book
        Ngày đăng ký | entry.registration_date
        Loại đăng ký | entry.registration_kind
        Người chết / Họ và tên | deceased.name
        Người chết / Ngày sinh | deceased.birth_date
        Người chết / Giới tính | deceased.sex
        Người chết / Dân tộc | deceased.ethnic_group
        Người chết / Quốc tịch | deceased.nationality
        Người chết / Nơi thường trú | deceased.residence
        Người chết / Số CMND | deceased.identity_number
        Sự việc chết / Ngày chết | deceased.death_date
        Sự việc chết / Giờ chết | deceased.death_time
        Sự việc chết / Nơi chết | deceased.death_place
        Sự việc chết / Nguyên nhân | deceased.death_cause
        Giấy báo tử / Số | entry.death_notice_number
        Giấy báo tử / Ngày cấp | entry.death_notice_date
        Giấy báo tử / Nơi cấp | entry.death_notice_place
        Người đi khai / Họ và tên | requester.name
        Người đi khai / Quan hệ | requester.relation
        Người đi khai / Số CMND | requester.identity_number
        Người ký | entry.signer
        Ghi chú | entry.notes
    """,
    "CMC": """
        STT | entry.ordinal
        Số | entry.number
        Quyển số | entry.book
        Quyết định số | entry.decision_number
        Ngày đăng ký | entry.registration_date
        Loại | entry.recognition_kind
        Người nhận (cha/mẹ) / Họ và tên | parent.name
        Người nhận (cha/mẹ) / Ngày sinh | parent.birth_date
        Người nhận (cha/mẹ) / Dân tộc | parent.ethnic_group
        Người nhận (cha/mẹ) / Quốc tịch | parent.nationality
        Người nhận (cha/mẹ) / Nơi thường trú | parent.residence
        Người nhận (cha/mẹ) / Số CMND | parent.identity_number
        Người con / Họ và tên | child.name
        Người con / Ngày sinh | child.birth_date
        Người con / Dân tộc | child.ethnic_group
        Người con / Quốc tịch | child.nationality
        Người con / Nơi thường trú | child.residence
        Người con / Số CMND | child.identity_number
        Người yêu cầu / Họ và tên | requester.name
        Người yêu cầu / Quan hệ | requester.relation
        Người ký | entry.signer
        Ghi chú | entry.notes
    """,
    "HN": """
        STT | entry.ordinal
        Số | entry.number
        Quyển số | entry.book
        Ngày cấp | entry.registration_date
        Người được xác nhận / Họ và tên | subject.name
        Người được xác nhận / Ngày sinh | subject.birth_date
        Người được xác nhận / Giới tính | subject.sex
        Người được xác nhận / Dân tộc | subject.ethnic_group
        Người được xác nhận / Quốc tịch | subject.nationality
        Người được xác nhận / Nơi thường trú | subject.residence
        Người được xác nhận / Số CMND | subject.identity_number
        Tình trạng hôn nhân | subject.marital_status
        Mục đích | subject.purpose
        Người ký | entry.signer
        Ghi chú | entry.notes
    """,
}
COLUMNS: Final = {register_type: _columns(text) for register_type, text in _TEXTS.items()}
