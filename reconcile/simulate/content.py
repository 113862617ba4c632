"""What an act says when nobody makes a mistake: the value of every field of its entry.

Values are text, or a :class:`Day` where the commune's habit decides how it is written. Fields are
those of :mod:`reconcile.model`; a writer takes the ones that its format has a column for.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from reconcile.simulate.notation import day_in_words
from reconcile.simulate.people import Day, whole_day, year_of
from reconcile.simulate.registration import CUT

if TYPE_CHECKING:
    from random import Random

    from reconcile.simulate.people import Person
    from reconcile.simulate.registration import Act
    from reconcile.simulate.requesters import Requester
    from reconcile.simulate.settings import Profile, Settings


Value = str | Day
Fields = dict[str, Value]


class Clerk:
    """Knows what is to be written about an act.

    Args:
        settings: the simulated world.
        profile: how much is known in this kind of population.
    """

    def __init__(self, settings: Settings, profile: Profile) -> None:
        self._settings = settings
        self._profile = profile

    def fields(self, act: Act, rng: Random) -> Fields:
        """All fields of an act, free of errors."""
        fields: Fields = {
            "entry.registration_date": whole_day(act.day),
            "entry.registration_kind": act.kind,
            "entry.registration_place": self._body(act),
            "entry.page": str(act.page),
            "entry.signer": self._signer(act),
            "entry.signer_title": "Chủ tịch" if act.number % 3 else "Phó Chủ tịch",
            "entry.performer": self._performer(act),
        }
        for role, person in self._roles(act).items():
            fields.update(self._person(act, role, person, rng))
        getattr(self, f"_{act.register_type.lower()}")(act, fields, rng)
        notes = self._notes(act)
        if notes:
            fields["entry.notes"] = notes
        return fields

    def people(self, act: Act, requester: Person | None) -> dict[str, Person]:
        """The true person of each role, the requester included."""
        people = self._roles(act)
        if requester is not None:
            people["requester"] = requester
        return people

    def reporter(self, act: Act, requester: Requester, rng: Random) -> Fields:
        """The fields of the person who reports: name, relation, perhaps a paper; no birth date."""
        fields: Fields = {
            "requester.name": requester.person.name_on(act.day),
            "requester.relation": requester.relation,
        }
        if act.year >= 1998:
            fields.update(self._papers(act, "requester", requester.person, rng))
        return fields

    def _roles(self, act: Act) -> dict[str, Person]:
        roles = dict(act.event.roles)
        child = roles.get("child")
        if act.adopters and child is not None and child.adopters is not None:
            roles["father"], roles["mother"] = child.adopters
        return roles

    # -- bodies and places ----------------------------------------------------------------------

    def _body(self, act: Act) -> str:
        places = self._settings.places
        if act.new_body:
            return f"UBND xã Hiệp Đức, tỉnh {places.new_province}"
        commune = self._settings.communes[act.commune].name
        return f"UBND xã {commune}, huyện {places.district}, tỉnh {places.province}"

    def _signer(self, act: Act) -> str:
        signers = self._settings.places.signers
        return signers[(len(act.commune) * 3 + act.year // 5 + act.new_body) % len(signers)]

    def _performer(self, act: Act) -> str:
        signers = self._settings.places.signers
        return signers[(len(act.commune) * 5 + act.year // 7 + 3) % len(signers)]

    def place(self, where: tuple[str, str], day: int) -> str:
        """A residence as written in full on a day."""
        commune, address = where
        if not commune:
            return address
        places = self._settings.places
        if day >= CUT:
            return f"ấp {address}, xã Hiệp Đức, tỉnh {places.new_province}"
        province = places.province if year_of(day) >= 1976 else places.old_provinces[0]
        name = self._settings.communes[commune].name
        return f"ấp {address}, xã {name}, huyện {places.district}, tỉnh {province}"

    # -- persons --------------------------------------------------------------------------------

    def _person(self, act: Act, role: str, person: Person, rng: Random) -> Fields:
        where = act.event.places.get(role, (person.commune, person.address))
        fields: Fields = {
            f"{role}.name": person.name_on(act.event.day if role == "child" else act.day),
            f"{role}.sex": person.sex,
            f"{role}.ethnic_group": person.ethnic_group,
            f"{role}.nationality": "Việt Nam",
            f"{role}.residence": self.place(where, act.day),
            f"{role}.residence_kind": "permanent" if rng.random() < 0.93 else "temporary",
            f"{role}.home_place": self.place(person.home, act.day),
        }
        if role not in ("mother", "father"):
            fields[f"{role}.birth_date"] = self._birth_date(act, role, person, rng)
        else:
            # The law asks for the parents' year of birth only (Luật Hộ tịch 2014, article 14).
            full = act.year >= 2021 and rng.random() < 0.3
            born = whole_day(person.paper_born)
            fields[f"{role}.birth_date"] = born if full else Day(born.year)
        fields.update(self._papers(act, role, person, rng))
        return fields

    def _birth_date(self, act: Act, role: str, person: Person, rng: Random) -> Day:
        if act.register_type == "KS":
            return whole_day(person.born if act.day - person.born < 6000 else person.paper_born)
        day = whole_day(person.paper_born)
        known = 0.35 if act.year < 1990 else 0.72 if act.year < 2008 else 0.95
        if role == "deceased":
            known = 0.75 if person.born > dt.date(1960, 1, 1).toordinal() else known * 0.55
        return day if rng.random() < known * self._profile.full_dates else Day(day.year)

    def _papers(self, act: Act, role: str, person: Person, rng: Random) -> Fields:
        if role == "child" and act.register_type == "KS":
            if act.year >= 2016 and rng.random() < 0.96:
                return {f"{role}.personal_number": person.personal_number}
            return {}
        year = act.year
        known = 0.0 if year < 1980 else 0.25 if year < 1996 else 0.6 if year < 2006 else 0.85
        if role in ("mother", "father"):
            known = 0.0 if year < 2010 else 0.7
        if role == "deceased":
            known *= 0.6
        if person.age_on(act.day) < 15 or rng.random() > known * self._profile.identity_numbers:
            return {}
        return self._paper_of(role, person, year, rng)

    def _paper_of(self, role: str, person: Person, year: int, rng: Random) -> Fields:
        if year >= 2016 and rng.random() < (0.93 if year >= 2021 else 0.25):
            number, kind, place = person.personal_number, "cccd", "Cục Cảnh sát QLHC về TTXH"
        else:
            second = len(person.cmnd) > 1 and year > year_of(person.born) + 33
            number, kind, place = (
                person.cmnd[-1 if second else 0],
                "cmnd",
                "Công an tỉnh Tiền Giang",
            )
        issued = Day(
            max(1978, year - rng.randrange(1, 12)), rng.randrange(1, 13), rng.randrange(1, 29)
        )
        return {
            f"{role}.identity_number": number,
            f"{role}.paper_kind": kind,
            f"{role}.paper_date": issued,
            f"{role}.paper_place": place,
        }

    # -- what each register type adds -----------------------------------------------------------

    def _ks(self, act: Act, fields: Fields, rng: Random) -> None:
        roles = self._roles(act)
        fields["entry.birth_kind"] = "both" if "father" in roles else "no_father"
        home = act.year < 1992 or rng.random() < 0.08
        hospital = rng.choice(self._settings.places.hospitals)
        born_at = act.event.places["child"]
        fields["child.birth_place"] = self.place(born_at, act.event.day) if home else hospital
        fields["child.birth_place_unit"] = self.place(born_at, act.event.day).split(", ", 1)[-1]
        born = fields["child.birth_date"]
        if isinstance(born, Day):
            fields["child.birth_date_words"] = day_in_words(born)

    def _kh(self, act: Act, fields: Fields, rng: Random) -> None:
        began = act.event.details.get("marriage_date")
        if began or rng.random() < 0.3:
            fields["entry.marriage_date"] = whole_day(int(began) if began else act.day)
        divorced = int(act.event.details.get("divorced", "0"))
        fields["entry.marriage_status"] = "divorced" if divorced else "none"
        husband, wife = act.event.roles["husband"], act.event.roles["wife"]
        fields["entry.marriage_ordinal"] = str(1 + (max(husband.marriages, wife.marriages) > 1))

    def _kt(self, act: Act, fields: Fields, rng: Random) -> None:
        fields["deceased.death_date"] = whole_day(act.event.day)
        fields["deceased.death_date_words"] = day_in_words(whole_day(act.event.day))
        fields["deceased.death_time"] = f"{rng.randrange(24):02d}:{rng.randrange(0, 60, 5):02d}"
        at_home = rng.random() < 0.8
        hospital = rng.choice(self._settings.places.hospitals)
        fields["deceased.death_place"] = str(fields["deceased.residence"]) if at_home else hospital
        fields["deceased.death_cause"] = rng.choice(self._settings.places.causes)
        if rng.random() < 0.6:
            fields["entry.death_notice_kind"] = "1"
            fields["entry.death_notice_number"] = f"{rng.randrange(1, 99)}/GBT"
            fields["entry.death_notice_date"] = whole_day(act.event.day + rng.randrange(0, 4))
            fields["entry.death_notice_place"] = self._body(act) if at_home else hospital

    def _cmc(self, act: Act, fields: Fields, rng: Random) -> None:
        fields["entry.recognition_kind"] = act.event.details.get("recognition_kind", "father_child")
        fields["entry.decision_number"] = f"{rng.randrange(1, 60):02d}/QĐ-UBND"

    def _hn(self, act: Act, fields: Fields, rng: Random) -> None:
        subject = act.event.roles["subject"]
        if subject.marriages == 0:
            status = "Chưa đăng ký kết hôn với ai"
        elif subject.partner is not None:
            status = "Hiện đang có vợ" if subject.sex == "M" else "Hiện đang có chồng"
        else:
            status = rng.choice(
                ("Đã ly hôn, chưa đăng ký kết hôn với ai", "Đã có vợ/chồng nhưng đã ly hôn")
            )
        fields["subject.marital_status"] = status
        to_marry = rng.random() < 0.6
        fields["subject.purpose"] = "Đăng ký kết hôn" if to_marry else "Bổ túc hồ sơ vay vốn"
        fields["subject.purpose_kind"] = "1" if to_marry else "5"

    def _correction(self, act: Act, child: Person) -> str:
        """Some of those whose papers say another day had their birth entry corrected."""
        late = act.day - child.born >= 6000
        if late or child.paper_born == child.born or child.number % 3:
            return ""
        old, new = (
            f"{day.day:02d}/{day.month:02d}/{day.year}"
            for day in map(whole_day, (child.born, child.paper_born))
        )
        decision = f"{child.number % 80 + 1:02d}/QĐ-UBND"
        return f"Cải chính ngày sinh từ {old} thành {new} theo QĐ số {decision}"

    def _notes(self, act: Act) -> str:
        child = act.event.roles.get("child")
        divorced = int(act.event.details.get("divorced", "0"))
        if act.register_type == "KH" and divorced > act.day:
            return f"Đã ly hôn theo QĐ số {divorced % 90 + 10}/{year_of(divorced)}/QĐST-HNGĐ"
        if act.register_type == "KS" and child is not None:
            if act.kind == "again" and act.earlier is not None and not act.adopters:
                return f"Đăng ký lại, số cũ {act.earlier.number}/{act.earlier.year}"
            if child.adopters is not None:
                return "Con nuôi theo Quyết định công nhận nuôi con nuôi"
            if child.renamed is not None and child.renamed[0] > act.day:
                return f"Cải chính họ tên thành: {child.renamed[1]} theo QĐ nhận cha con"
            return self._correction(act, child)
        return ""
