"""Units in words."""

from __future__ import annotations

import pytest

from reconcile.config import mappings_folder
from reconcile.standardise.unit_names import load_unit_names


@pytest.mark.parametrize(
    ("unit", "language", "whole", "alone"),
    [
        ("28501@1976", "vi", "xã Hiệp Đức, huyện Cai Lậy, tỉnh Tiền Giang", "xã Hiệp Đức"),
        ("28501@2025", "vi", "xã Hiệp Đức, tỉnh Đồng Tháp", "xã Hiệp Đức"),
        ("28501@2025", "en", "Hiệp Đức commune, Đồng Tháp province", "Hiệp Đức commune"),
        ("82@2025", "en", "Đồng Tháp province", "Đồng Tháp province"),
        ("99999@1976", "vi", "", ""),
        ("", "en", "", ""),
        ("ấp Hòa Nghĩa", "vi", "", ""),
    ],
)
def test_a_unit_in_words(unit, language, whole, alone):
    names = load_unit_names(mappings_folder())
    assert names.whole(unit, language) == whole
    assert names.alone(unit, language) == alone
