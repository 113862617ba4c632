"""A small town with known truth, for tests of the matcher only.

Deliberately simple and unlike ``reconcile.simulate``: families, marriages, births, deaths, written
by clerks who lose marks, forget "Thị", mistake a year. Everything is seeded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

import pandas as pd

from reconcile.model import KIN, LIVE_ENTRIES, LIVE_MENTIONS
from reconcile.text.folding import key, plain
from reconcile.text.sound import southern_sound_key

FAMILIES = (
    "Nguyễn:31 Trần:11 Lê:9 Phạm:6 Huỳnh:4 Võ:4 Phan:4 Trương:3 Bùi:2 Đặng:2 Đỗ:2 Ngô:2 Hồ:2 "
    "Dương:2 Đinh:1 Đoàn:1 Lâm:1 Mai:1 Cao:1 Lý:1 Châu:1 Tạ:1 Phùng:1 Khưu:1"
)
MEN = (
    "Hùng Dũng Minh Tuấn Thành Hải Long Sơn Nam Phong Phúc Đức Hiếu Hòa Tâm Tài Thắng Trung Vinh "
    "Quang Khang Khoa Huy Bảo Duy An Đạt Lộc Lợi Nghĩa Nhân Toàn Tiến Trí Cường Bình Bảy Sáu Ba "
    "Tám Út"
)
WOMEN = (
    "Lan Hoa Hồng Hương Thủy Loan Nga Hạnh Hiền Hằng Phượng Phương Mai Liên Ngọc Nguyệt Dung Diễm "
    "Trang Trinh Thảo Thu Tuyết Vân Yến Cúc Đào Vy Nhi Hân Thư Linh Như Ngân My Trân Bảy Sáu Ba Út"
)
MIDDLES = {
    "M": "Văn Hữu Thanh Minh Hoàng Quốc Công Ngọc Tấn Đức",
    "F": "Ngọc Kim Thanh Mỹ Bích Hồng",
}
HAMLETS = {
    commune: [f"{commune} {number}" for number in range(1, 8)]
    for commune in ("hiep duc", "hoi xuan", "tan phong")
}


@dataclass
class Person:
    number: int
    sex: str
    name: str
    born: date
    commune: str
    hamlet: str
    father: Person | None = None
    mother: Person | None = None
    partner: Person | None = None
    dead: date | None = None
    cccd: str = ""
    cases: set[str] = field(default_factory=set)


@dataclass
class Town:
    """Frames as the pipeline hands them over, and who is who."""

    mentions: pd.DataFrame
    entries: pd.DataFrame
    kin: pd.DataFrame
    person: list[int]
    case: list[str]


class Clerk:
    """Writes entries, with mistakes."""

    def __init__(self, random: Random, mistakes: float) -> None:
        self.random = random
        self.mistakes = mistakes
        self.entries: list[dict[str, object]] = []
        self.mentions: list[dict[str, object]] = []
        self.numbers: dict[tuple[str, str, int], int] = {}

    def errs(self, rate: float) -> bool:
        return self.random.random() < rate * self.mistakes

    def name(self, name: str) -> str:
        words = name.split()
        if self.errs(0.02):
            words = [plain(word).capitalize() for word in words]
        if self.errs(0.03) and len(words) > 2 and words[1] in ("Thị", "Văn"):
            del words[1]
        if self.errs(0.03):
            at = self.random.randrange(len(words))
            word = words[at]
            spot = self.random.randrange(len(word))
            words[at] = (word[:spot] + self.random.choice("aeinu") + word[spot + 1 :]).capitalize()
        if self.errs(0.02):
            at = self.random.randrange(len(words))
            words[at] = words[at].translate(str.maketrans("ữũễỉảngt", "ửủểĩãngc"))
        return " ".join(words)

    def enter(self, register_type: str, commune: str, on: date, event: date) -> dict[str, object]:
        series = (register_type, commune, on.year)
        place = commune.replace(" ", "_")
        self.numbers[series] = number = self.numbers.get(series, 0) + 1
        entry: dict[str, object] = {
            "content_hash": f"{len(self.entries):08d}",
            "commune": place,
            "register_type": register_type,
            "body": commune,
            "year": on.year,
            "number": number,
            "registered_from": on.toordinal(),
            "registered_to": on.toordinal(),
            "event_from": event.toordinal(),
            "event_to": event.toordinal(),
            "entry_key": f"{place}/{register_type}/{on.year}/{number:04d}~{len(self.entries):08d}",
        }
        self.entries.append(entry)
        return entry

    def mention(self, entry: dict[str, object], role: str, who: Person, **more: object) -> None:
        dated = str(more.pop("dated", "day"))
        name = self.name(who.name)
        words = key(name).split()
        line: dict[str, object] = {
            **{column: entry[column] for column in ("content_hash", "commune", "register_type")},
            **{column: entry[column] for column in ("event_from", "event_to")},
            "registered_from": entry["registered_from"],
            "registered_to": entry["registered_to"],
            "entry_key": entry["entry_key"],
            "mention_key": f"{entry['entry_key']}/{role}",
            "role": role,
            "name": name,
            "name_key": key(name),
            "name_plain": plain(name),
            "name_sound": southern_sound_key(name),
            "family": words[0],
            "middle": " ".join(words[1:-1]),
            "given": words[-1],
            "sex": who.sex,
            "ethnic_group": "Kinh",
            "distinct": role != "requester" or entry["register_type"] == "KT",
            "principal": role in {"child", "husband", "wife", "deceased", "subject"},
            "acts": role in {"husband", "wife", "requester", "subject"},
            "residence_unit": f"{who.commune}@1976",
            "residence_hamlet": who.hamlet if self.random.random() < 0.8 else "",
            "cccd": who.cccd if entry["registered_from"] > 735964 and role != "child" else "",
        }
        line |= self.born(who, dated)
        self.mentions.append(
            line | more | {"person": who.number, "case": " ".join(sorted(who.cases))}
        )

    def born(self, who: Person, dated: str) -> dict[str, object]:
        born = who.born
        if self.errs(0.03):
            born = born.replace(year=born.year + self.random.choice((-1, 1)), day=min(born.day, 28))
        if dated == "none":
            return {}
        if dated == "year":
            return {
                "birth_from": date(born.year, 1, 1).toordinal(),
                "birth_to": date(born.year, 12, 31).toordinal(),
                "birth_precision": "year",
            }
        return {
            "birth_from": born.toordinal(),
            "birth_to": born.toordinal(),
            "birth_precision": "day",
        }


def grow(seed: int, couples: int = 300, mistakes: float = 1.0) -> Town:
    """A town of some generations."""
    random = Random(seed)  # noqa: S311 - invented people, no secrets
    clerk = Clerk(random, mistakes)
    people: list[Person] = []
    unmarried: dict[str, list[Person]] = {"M": [], "F": []}
    for _ in range(couples):
        for sex in "MF":
            born = date(1940, 1, 1) + timedelta(days=random.randrange(365 * 45))
            unmarried[sex].append(_person(random, people, sex, born))
    for _ in range(2):
        unmarried = _generation(random, clerk, people, unmarried)
    _certificates_and_deaths(random, clerk, people)
    return _town(clerk)


def _pick(random: Random, words: str) -> str:
    pairs = [word.partition(":") for word in words.split()]
    return random.choices([p[0] for p in pairs], [int(p[2] or 1) for p in pairs])[0]


def _person(
    random: Random,
    people: list[Person],
    sex: str,
    born: date,
    parents: tuple[Person, Person] | None = None,
) -> Person:
    family = parents[0].name.split()[0] if parents else _pick(random, FAMILIES)
    middle = (
        "Thị"
        if sex == "F" and random.random() < 0.7 - (born.year - 1950) / 150
        else _pick(random, MIDDLES[sex])
    )
    name = f"{family} {middle} {_pick(random, MEN if sex == 'M' else WOMEN)}"
    commune = parents[0].commune if parents else random.choice(list(HAMLETS))
    hamlet = parents[0].hamlet if parents else random.choice(HAMLETS[commune])
    who = Person(len(people), sex, name, born, commune, hamlet)
    if parents:
        who.father, who.mother = parents
    who.cccd = f"082{random.randrange(10**9):09d}"
    people.append(who)
    return who


def _generation(
    random: Random, clerk: Clerk, people: list[Person], unmarried: dict[str, list[Person]]
) -> dict[str, list[Person]]:
    children: dict[str, list[Person]] = {"M": [], "F": []}
    women = sorted(unmarried["F"], key=lambda who: who.born)
    men = sorted(unmarried["M"], key=lambda who: who.born)
    for husband, wife in zip(men, women, strict=False):
        if random.random() < 0.15 or abs((husband.born - wife.born).days) > 3650:
            continue
        wedding = max(husband.born, wife.born) + timedelta(days=365 * 20 + random.randrange(2000))
        husband.partner, wife.partner = wife, husband
        wife.commune, wife.hamlet = husband.commune, husband.hamlet
        if wedding.year < 2025 and random.random() < 0.7:
            entry = clerk.enter("KH", husband.commune, wedding, wedding)
            dated = "day" if wedding.year > 2000 else "year"
            clerk.mention(entry, "husband", husband, dated=dated)
            clerk.mention(entry, "wife", wife, dated=dated)
        _births(random, clerk, people, (husband, wife), wedding, children)
    return children


def _births(
    random: Random,
    clerk: Clerk,
    people: list[Person],
    parents: tuple[Person, Person],
    wedding: date,
    children: dict[str, list[Person]],
) -> None:
    born = wedding
    for _ in range(random.choice((0, 1, 2, 2, 3, 4))):
        born += timedelta(days=300 + random.randrange(1500))
        twins = random.random() < 0.02
        for _ in range(2 if twins else 1):
            child = _person(random, people, random.choice("MF"), born, parents)
            if twins:
                child.cases.add("twin")
            children[child.sex].append(child)
            if born.year < 2025:
                _birth_entry(random, clerk, child, born + timedelta(days=random.randrange(60)))
                if random.random() < 0.02:
                    child.cases.add("twice")
                    _birth_entry(random, clerk, child, born + timedelta(days=4000))


def _birth_entry(random: Random, clerk: Clerk, child: Person, on: date) -> None:
    entry = clerk.enter("KS", child.commune, on, child.born)
    clerk.mention(entry, "child", child, passage="birth")
    assert child.father is not None
    assert child.mother is not None
    clerk.mention(entry, "mother", child.mother, dated="year")
    clerk.mention(entry, "father", child.father, dated="year")
    who, relation = random.choice(((child.father, "father"), (child.mother, "mother")))
    clerk.mention(
        entry,
        "requester",
        who,
        dated="none",
        relation=relation,
        sex="",
        residence_hamlet="",
        cccd="",
    )


def _certificates_and_deaths(random: Random, clerk: Clerk, people: list[Person]) -> None:
    for who in people:
        if random.random() < 0.15 and date(1975, 1, 1) < who.born < date(2004, 1, 1):
            on = who.born + timedelta(days=365 * 21 + random.randrange(700))
            clerk.mention(clerk.enter("HN", who.commune, on, on), "subject", who)
        age = random.gauss(72, 12)
        on = who.born + timedelta(days=int(365 * max(age, 30)))
        if on < date(2025, 1, 1):
            entry = clerk.enter("KT", who.commune, on, on)
            clerk.mention(
                entry,
                "deceased",
                who,
                dated="year",
                passage="death",
                death_from=on.toordinal(),
                death_to=on.toordinal(),
                death_precision="day",
            )
            if who.partner:
                relation = "wife" if who.sex == "M" else "husband"
                clerk.mention(
                    entry, "requester", who.partner, dated="none", relation=relation, sex=""
                )


def _town(clerk: Clerk) -> Town:
    entries = pd.DataFrame(clerk.entries).sort_values("entry_key").reset_index(drop=True)
    position = {entry_key: at for at, entry_key in enumerate(entries["entry_key"])}
    mentions = pd.DataFrame(clerk.mentions).sort_values("mention_key").reset_index(drop=True)
    mentions["entry"] = mentions["entry_key"].map(position)
    person, case = list(mentions.pop("person")), list(mentions.pop("case"))
    live = LIVE_MENTIONS.build({name: mentions[name] for name in mentions})
    return Town(
        live, LIVE_ENTRIES.build({n: entries[n] for n in entries}), kin_of(live), person, case
    )


KIN_RULES = (
    ("child", "mother", "mother"),
    ("child", "father", "father"),
    ("mother", "child", "child"),
    ("father", "child", "child"),
    ("mother", "father", "partner"),
    ("father", "mother", "partner"),
    ("husband", "wife", "partner"),
    ("wife", "husband", "partner"),
)


def kin_of(mentions: pd.DataFrame) -> pd.DataFrame:
    """KIN by the roles of births and marriages."""
    at: dict[tuple[int, str], int] = {
        (int(entry), role): position
        for position, (entry, role) in enumerate(
            zip(mentions["entry"], mentions["role"], strict=True)
        )
    }
    lines = [
        {"mention": position, "relative": at[entry, relative], "relation": relation}
        for (entry, role), position in at.items()
        for of, relative, relation in KIN_RULES
        if of == role and (entry, relative) in at
    ]
    return KIN.build(lines) if lines else KIN.empty()
