"""Columns of Tân Phong's two programs: dBase III up to 2015, csv after it."""

from __future__ import annotations

from typing import Final

from reconcile.simulate.writers.dbase import Field


def _dbf(text: str) -> list[tuple[Field, str]]:
    columns = []
    for line in text.strip().splitlines():
        name, kind, width, field = line.split()
        columns.append((Field(name, kind, int(width)), field))
    return columns


def _csv(text: str) -> list[tuple[str, str]]:
    columns = []
    for line in text.strip().splitlines():
        name, field = line.split()
        columns.append((name, field))
    return columns


# Name, type, width and field.
_DBF: Final = {
    "KS": """
        MA_SO C 8 entry.own_key
        SO N 5 entry.number
        QUYEN C 8 entry.book
        NGAY_DK D 8 entry.registration_date
        LOAI_DK C 1 entry.registration_kind
        HO_NKS C 30 child.name_leading
        TEN_NKS C 12 child.name_given
        PHAI L 1 child.sex
        NGAY_SINH C 10 child.birth_date
        NOI_SINH C 60 child.birth_place
        QUE_QUAN C 60 child.home_place
        DAN_TOC C 12 child.ethnic_group
        QUOC_TICH C 12 child.nationality
        HO_CHA C 30 father.name_leading
        TEN_CHA C 12 father.name_given
        NSINH_CHA N 4 father.birth_date
        DTOC_CHA C 12 father.ethnic_group
        HO_ME C 30 mother.name_leading
        TEN_ME C 12 mother.name_given
        NSINH_ME N 4 mother.birth_date
        DTOC_ME C 12 mother.ethnic_group
        NOI_O_CHA C 60 father.residence
        NOI_O_ME C 60 mother.residence
        NGUOI_KHAI C 40 requester.name
        QUAN_HE C 12 requester.relation
        CMND_KHAI C 12 requester.identity_number
        NGUOI_KY C 30 entry.signer
        GHI_CHU C 80 entry.notes
    """,
    "KH": """
        MA_SO C 8 entry.own_key
        SO N 5 entry.number
        QUYEN C 8 entry.book
        NGAY_DK D 8 entry.registration_date
        HO_CHONG C 30 husband.name_leading
        TEN_CHONG C 12 husband.name_given
        NSINH_CH C 10 husband.birth_date
        DTOC_CH C 12 husband.ethnic_group
        NOI_O_CH C 60 husband.residence
        CMND_CH C 12 husband.identity_number
        HO_VO C 30 wife.name_leading
        TEN_VO C 12 wife.name_given
        NSINH_VO C 10 wife.birth_date
        DTOC_VO C 12 wife.ethnic_group
        NOI_O_VO C 60 wife.residence
        CMND_VO C 12 wife.identity_number
        LAN_THU N 1 entry.marriage_ordinal
        NGUOI_KY C 30 entry.signer
        GHI_CHU C 80 entry.notes
    """,
    "KT": """
        MA_SO C 8 entry.own_key
        SO N 5 entry.number
        QUYEN C 8 entry.book
        NGAY_DK D 8 entry.registration_date
        LOAI_DK C 1 entry.registration_kind
        HO_NKT C 30 deceased.name_leading
        TEN_NKT C 12 deceased.name_given
        PHAI L 1 deceased.sex
        NGAY_SINH C 10 deceased.birth_date
        DAN_TOC C 12 deceased.ethnic_group
        QUOC_TICH C 12 deceased.nationality
        NOI_O C 60 deceased.residence
        CMND C 12 deceased.identity_number
        NGAY_CHET C 16 deceased.death_date
        NOI_CHET C 60 deceased.death_place
        NGUYEN_NH C 40 deceased.death_cause
        NGUOI_KHAI C 40 requester.name
        QUAN_HE C 12 requester.relation
        NGUOI_KY C 30 entry.signer
        GHI_CHU C 80 entry.notes
    """,
}
# Name and field.
_CSV: Final = {
    "KS": """
        ma_ho_so entry.own_key
        so entry.number
        quyen entry.book
        ngay_dang_ky entry.registration_date
        loai_dang_ky entry.registration_kind
        ho_ten child.name
        so_dinh_danh child.personal_number
        gioi_tinh child.sex
        ngay_sinh child.birth_date
        noi_sinh child.birth_place
        que_quan child.home_place
        dan_toc child.ethnic_group
        quoc_tich child.nationality
        me_ho_ten mother.name
        me_ngay_sinh mother.birth_date
        me_dan_toc mother.ethnic_group
        me_quoc_tich mother.nationality
        me_noi_cu_tru mother.residence
        me_so_giay_to mother.identity_number
        cha_ho_ten father.name
        cha_ngay_sinh father.birth_date
        cha_dan_toc father.ethnic_group
        cha_quoc_tich father.nationality
        cha_noi_cu_tru father.residence
        cha_so_giay_to father.identity_number
        nguoi_yeu_cau requester.name
        quan_he requester.relation
        nyc_so_giay_to requester.identity_number
        nguoi_ky entry.signer
        ghi_chu entry.notes
    """,
    "KH": """
        ma_ho_so entry.own_key
        so entry.number
        quyen entry.book
        ngay_dang_ky entry.registration_date
        loai_dang_ky entry.registration_kind
        chong_ho_ten husband.name
        chong_ngay_sinh husband.birth_date
        chong_dan_toc husband.ethnic_group
        chong_quoc_tich husband.nationality
        chong_noi_cu_tru husband.residence
        chong_so_giay_to husband.identity_number
        vo_ho_ten wife.name
        vo_ngay_sinh wife.birth_date
        vo_dan_toc wife.ethnic_group
        vo_quoc_tich wife.nationality
        vo_noi_cu_tru wife.residence
        vo_so_giay_to wife.identity_number
        tinh_trang entry.marriage_status
        nguoi_ky entry.signer
        ghi_chu entry.notes
    """,
    "KT": """
        ma_ho_so entry.own_key
        so entry.number
        quyen entry.book
        ngay_dang_ky entry.registration_date
        loai_dang_ky entry.registration_kind
        ho_ten deceased.name
        so_dinh_danh deceased.identity_number
        gioi_tinh deceased.sex
        ngay_sinh deceased.birth_date
        dan_toc deceased.ethnic_group
        quoc_tich deceased.nationality
        noi_cu_tru deceased.residence
        ngay_chet deceased.death_date
        gio_chet deceased.death_time
        noi_chet deceased.death_place
        nguyen_nhan deceased.death_cause
        so_giay_bao_tu entry.death_notice_number
        nguoi_yeu_cau requester.name
        quan_he requester.relation
        nguoi_ky entry.signer
        ghi_chu entry.notes
    """,
    "CMC": """
        ma_ho_so entry.own_key
        so entry.number
        quyen entry.book
        quyet_dinh_so entry.decision_number
        ngay_dang_ky entry.registration_date
        loai_xac_nhan entry.recognition_kind
        cm_ho_ten parent.name
        cm_ngay_sinh parent.birth_date
        cm_dan_toc parent.ethnic_group
        cm_noi_cu_tru parent.residence
        cm_so_giay_to parent.identity_number
        con_ho_ten child.name
        con_ngay_sinh child.birth_date
        con_gioi_tinh child.sex
        con_dan_toc child.ethnic_group
        con_noi_cu_tru child.residence
        con_so_giay_to child.identity_number
        nguoi_yeu_cau requester.name
        quan_he requester.relation
        nguoi_ky entry.signer
        ghi_chu entry.notes
    """,
    "HN": """
        ma_ho_so entry.own_key
        so entry.number
        quyen entry.book
        ngay_cap entry.registration_date
        ho_ten subject.name
        gioi_tinh subject.sex
        ngay_sinh subject.birth_date
        dan_toc subject.ethnic_group
        quoc_tich subject.nationality
        noi_cu_tru subject.residence
        so_giay_to subject.identity_number
        tinh_trang_hon_nhan subject.marital_status
        muc_dich subject.purpose
        nguoi_ky entry.signer
        ghi_chu entry.notes
    """,
}
DBF: Final = {register_type: _dbf(text) for register_type, text in _DBF.items()}
CSV: Final = {register_type: _csv(text) for register_type, text in _CSV.items()}
