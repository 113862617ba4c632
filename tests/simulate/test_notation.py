import pytest

from reconcile.simulate.chance import stream
from reconcile.simulate.notation import Notation, day_in_words, number_in_words
from reconcile.simulate.people import Day


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "một"),
        (10, "mười"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (25, "hai mươi lăm"),
        (2000, "hai nghìn"),
        (1985, "một nghìn chín trăm tám mươi lăm"),
        (2005, "hai nghìn không trăm lẻ năm"),
        (2010, "hai nghìn không trăm mười"),
    ],
)
def test_numbers_in_words(number, words):
    assert number_in_words(number) == words


def test_days_in_words():
    assert day_in_words(Day(1950)) == "Năm một nghìn chín trăm năm mươi"
    assert day_in_words(Day(2000, 9, 25)) == "Ngày hai mươi lăm, tháng chín, năm hai nghìn"


def _always(oddity, separator=".", **options):
    names = ("zero_date", "slash_date", "dash_date", "two_digit_year", "age_for_date")
    rates = dict.fromkeys((*names, "lunar_words", "hour_in_date"), 0.0)
    return Notation(separator, {**rates, oddity: 1.0}, 1.0, **options)


def test_oddities_of_dates():
    rng = stream(1)
    assert _always("slash_date").day(Day(1985, 3, 4), rng) == "04/03/1985"
    assert _always("two_digit_year").day(Day(1985, 3, 4), rng) == "04.03.85"
    assert _always("zero_date").day(Day(1950), rng) in ("00.00.1950", "01.01.1950")
    assert _always("age_for_date").birth(Day(1970), 2002, rng) == "32 tuổi"
    assert _always("lunar_words").birth(Day(1950, 4, 1), 2002, rng) == "tháng 3 âm lịch 1950"
    hour = _always("hour_in_date").death(Day(2000, 9, 25), "00:20", rng)
    assert hour == "0h20' ngày 25/9/2000"


def test_iso_dates_keep_their_precision():
    notation = _always("zero_date", iso=True)
    assert notation.day(Day(1985, 3, 4), stream(1)) == "1985-03-04"
    assert notation.day(Day(1985), stream(1)) == "1985"
