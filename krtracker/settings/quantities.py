"""Quantities as people write them ("38%", "9 min", "€12,500", "+15 pp") to numbers of a metric."""

from __future__ import annotations

import re
from dataclasses import dataclass

from krtracker.model import Kind, Target

NUMBER = r"(?:\d{1,3}(?:[,_ '\u00a0\u202f]\d{3})+(?!\d)|\d+(?:_\d+)*)(?:\.\d+)?|\.\d+"
SIGNED = re.compile(r"\s*(?P<sign>[+-])\s*(?P<rest>.*)", re.S)
PLAIN = re.compile(rf"(?P<before>[^\d\s.,+-]*)\s*(?P<number>{NUMBER})\s*(?P<after>.*)", re.S)
TIMES = {
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), 0.001),
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1.0),
    **dict.fromkeys(("min", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86400.0),
}
CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW"}
SCALES = {"k": 1e3, "K": 1e3, "M": 1e6, "bn": 1e9}
POINTS = ("pp", "points", "percentage points")


class QuantityError(ValueError):
    """A quantity that cannot be read: `says` completes "target of `d7-38` ..."."""

    def __init__(self, code: str, says: str, label: str = "", *, hint: str = "") -> None:
        self.code, self.says, self.label, self.hint = code, says, label, hint
        super().__init__(says)


@dataclass(frozen=True, slots=True)
class Measure:
    """How the numbers of one metric are written; `domain` bounds what a bare number may be."""

    metric: str
    kind: Kind
    unit: str = ""
    domain: tuple[float, float] | None = None

    @property
    def percentish(self) -> bool:
        """Whether "%" is the unit itself, so that "+15%" could mean two things (R6)."""
        return self.kind is Kind.RATIO or self.unit in ("%", "percent")

    def of_percents(self, number: float) -> float:
        """So many percent (or percentage points) in the metric's own unit."""
        return number / 100 if self.kind is Kind.RATIO else number

    @property
    def sample(self) -> str:
        if self.percentish:
            return '"38%"'
        if self.kind is Kind.MONEY:
            return '"€12,500"'
        return '"9 min"' if self.kind is Kind.DURATION else "50_000"

    def written(self, value: float) -> str:
        """A number of the metric as people write it."""
        return f"{written(value * 100)}%" if self.kind is Kind.RATIO else written(value)

    @property
    def words(self) -> str:
        """The metric's kind in words: "a count", "an amount of money in EUR"."""
        words = "an amount of money" if self.kind is Kind.MONEY else f"a {self.kind}"
        return f"{words} in {self.unit}" if self.unit else words


def read_quantity(raw: float | str, measure: Measure, key: str) -> float:
    """An absolute quantity in the metric's own unit; `key` is the setting, for the hint."""
    if not isinstance(raw, str):
        return _bare(float(raw), measure, key)
    text = _plain_spaces(raw)
    sign = SIGNED.fullmatch(text)
    if sign and sign["sign"] == "+":
        raise QuantityError("K020", "is a change, not a quantity", "the sign + means a change")
    size = _sized(sign["rest"] if sign else text, measure, key)
    return -size if sign else size


def read_target(raw: float | str, measure: Measure, key: str) -> Target:
    """A target (R6): a quantity, or a change where the text begins with a sign."""
    if not isinstance(raw, str):
        return Target("reach", _bare(float(raw), measure, key), text=written(raw))
    text = _plain_spaces(raw)
    sign = SIGNED.fullmatch(text)
    if sign is None:
        if text.endswith("relative"):
            raise _unreadable(raw, measure)
        return Target("reach", _sized(text, measure, key), text=raw)
    factor = 1.0 if sign["sign"] == "+" else -1.0
    rest = sign["rest"].strip()
    if found := re.fullmatch(rf"({NUMBER})\s*%\s*(relative)?", rest):
        return Target("percent", factor * _percent(found, raw, measure, key=key), text=raw)
    if found := re.fullmatch(rf"({NUMBER})\s*(?:{'|'.join(POINTS)})", rest):
        if not measure.percentish:
            says = "is in percentage points"
            raise QuantityError("K020", says, f"`{measure.metric}` is {measure.words}")
        return Target("change", factor * measure.of_percents(_number(found[1])), text=raw)
    if measure.kind is Kind.RATIO:
        raise _unitless_change(sign["sign"], rest, measure, key=key)
    return Target("change", factor * _sized(rest, measure, key), text=raw)


def _unitless_change(sign: str, rest: str, measure: Measure, *, key: str) -> QuantityError:
    size = _number(rest) if re.fullmatch(NUMBER, rest) else None
    shown = rest if size is None or size >= 1 else written(size * 100)
    hint = f'write {key} = "{sign}{shown} pp" or {key} = "{sign}{shown}% relative"'
    label = f"`{measure.metric}` is a ratio"
    return QuantityError("K022", "is a change without a unit", label, hint=hint)


def _percent(found: re.Match[str], raw: str, measure: Measure, *, key: str) -> float:
    size = _number(found[1])
    if measure.percentish and not found[2]:
        bare = raw.strip().rstrip("%").rstrip()
        raise QuantityError(
            "K022",
            f"is `{raw.strip()}` of a percentage",
            "relative to the baseline, or percentage points?",
            hint=f'write {key} = "{bare}% relative" or {key} = "{bare} pp"',
        )
    return size


def _bare(value: float, measure: Measure, key: str) -> float:
    low, high = measure.domain or (-1.0, 1.0)
    if measure.kind is Kind.RATIO and not min(low, -1.0) <= value <= max(high, 1.0):
        hint = f'write {key} = "{written(value)}%"'
        if abs(value) < 2:
            hint += f' or {key} = "{written(value * 100)}%"'
        raise QuantityError(
            "K021",
            f"is {written(value * 100)}%",
            f"`{measure.metric}` is a ratio, so 1 means 100%",
            hint=hint.replace(",", ""),
        )
    return value


def _sized(text: str, measure: Measure, key: str) -> float:
    """The size of an unsigned text."""
    if measure.kind is Kind.DURATION and (seconds := _seconds(text)) is not None:
        return seconds / TIMES.get(measure.unit or "s", 1.0)
    found = PLAIN.fullmatch(text.strip())
    if found is None or re.search(r"\d|^[,.]", found["after"]):
        raise _unreadable(text, measure)
    number, before, after = _number(found["number"]), found["before"], found["after"].strip()
    for suffix, factor in SCALES.items():
        if after == suffix or after.startswith(suffix + " "):
            number, after = number * factor, after[len(suffix) :].strip()
            break
    if not before and not after:
        return _bare(number, measure, key)
    if not before and after in ("%", "percent"):
        return _share(number, measure, text)
    unit = before if not after else after if not before else f"{before} {after}"
    if not _is_unit(unit, measure):
        raise _wrong_unit(unit, measure)
    return number


def _share(number: float, measure: Measure, text: str) -> float:
    if not measure.percentish:
        raise QuantityError(
            "K020",
            "is a percentage",
            f"`{measure.metric}` is {measure.words}, not a ratio",
            hint=f'a change relative to the baseline is written with a sign: "+{text.strip()}"',
        )
    return measure.of_percents(number)


def _seconds(text: str) -> float | None:
    """Seconds of "9 min" or "1 h 30 min"; None where it is no such text."""
    part = rf"({NUMBER})\s*([a-z]+)\s*"
    if re.fullmatch(rf"(?:(?:{NUMBER})\s*[a-z]+\s*)+", text):
        found = re.findall(part, text)
        if all(unit in TIMES for _, unit in found):
            return sum(_times(_number(number), unit) for number, unit in found)
    return None


def _times(number: float, unit: str) -> float:
    # Divided where the unit is a fraction, so that "250 ms" is exactly 0.25.
    return number / 1000 if TIMES[unit] < 1 else number * TIMES[unit]


def _is_unit(unit: str, measure: Measure) -> bool:
    own = measure.unit
    if measure.kind is Kind.MONEY:
        return CURRENCIES.get(unit, unit.upper()) == CURRENCIES.get(own, own.upper()) or (
            not own and (unit in CURRENCIES or re.fullmatch(r"[A-Z]{3}", unit) is not None)
        )
    return bool(own) and unit.casefold() == own.casefold()


def _wrong_unit(unit: str, measure: Measure) -> QuantityError:
    return QuantityError(
        "K020",
        f"has the unit `{unit}`",
        f"`{measure.metric}` is {measure.words}",
        hint=f"write it like {measure.sample}",
    )


def _unreadable(text: str, measure: Measure) -> QuantityError:
    hint = f"write it like {measure.sample}; a point before decimals, a comma between thousands"
    return QuantityError("K020", "is not a quantity", f"`{text.strip()}` cannot be read", hint=hint)


def _number(text: str) -> float:
    return float(re.sub(r"[,_ '\u00a0\u202f]", "", text))


def _plain_spaces(text: str) -> str:
    return re.sub(r"[\u00a0\u202f\u2009]", " ", text).replace("−", "-").strip()


def written(value: float) -> str:
    """The number with thousands separators and no needless decimals."""
    return f"{value:,.6f}".rstrip("0").rstrip(".")
