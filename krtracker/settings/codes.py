"""The rule behind each code, with a bad and a good example; `explain` prints them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class CodeCard:
    """One code: the rule in a sentence, what breaks it, what keeps it."""

    code: str
    rule: str
    bad: str
    good: str


CARDS = (
    CodeCard("K001", "A file must be valid TOML.", 'name = "Fieldnote', 'name = "Fieldnote"'),
    CodeCard(
        "K002",
        "Every file that is named must be there and be UTF-8 text; paths start at their own file.",
        'query = { file = "sql/sign_ups.sql" }   # the file is sql/signups.sql',
        'query = { file = "sql/signups.sql" }',
    ),
    CodeCard("K003", "Only known settings are taken.", "tagret = 50_000", "target = 50_000"),
    CodeCard(
        "K004",
        "Some settings cannot be left out.",
        "[objectives.growth]",
        '[objectives.growth]\ntitle = "Grow a healthy base of weekly teams"',
    ),
    CodeCard(
        "K005",
        "Each setting has its type: text, number, date without quotes, list, table.",
        'start = "2026-10-01"',
        "start = 2026-10-01",
    ),
    CodeCard("K006", "Some settings take one of a few words.", 'kind = "cuont"', 'kind = "count"'),
    CodeCard(
        "K007",
        "Phrases have a form: schedules, lengths of time, ways to take the actual, paths.",
        'refresh = "dayly 6:10"',
        'refresh = "daily 06:10"',
    ),
    CodeCard(
        "K008",
        "Ids are made of letters, digits, `-`, `_` and `.`; `manual` is taken.",
        '[metrics."daily users"]',
        "[metrics.daily-users]",
    ),
    CodeCard(
        "K009",
        "An id is defined once; in a cycle's file an objective or key result is named once.",
        "[metrics.dau]   # in two files",
        "[metrics.dau]\n[metrics.dau-android]",
    ),
    CodeCard(
        "K010",
        "What is named must be defined: metrics, sources, objectives, people, channels.",
        'metric = "session_durations"',
        'metric = "session_duration"',
    ),
    CodeCard(
        "K011",
        "Workspace settings stand in the first file; goals stand in a file with their [cycle].",
        '# metrics.toml\ntimezone = "UTC"',
        '# krtracker.toml\ntimezone = "UTC"',
    ),
    CodeCard(
        "K012",
        "No goal may hang on itself, directly or through others.",
        '[key_results.a]\ndepends_on = ["b"]\n[key_results.b]\ndepends_on = ["a"]',
        '[key_results.a]\ndepends_on = ["b"]\n[key_results.b]',
    ),
    CodeCard(
        "K013",
        "A secret is never written here: it is a reference, read when needed.",
        'url = "postgresql://reader:hunter2@db/app"',
        'url = "${env:PRODUCT_DB_URL}"',
    ),
    CodeCard(
        "K014",
        "A time zone is an IANA name.",
        'timezone = "Berlin"',
        'timezone = "Europe/Berlin"',
    ),
    CodeCard(
        "K015",
        "Dates follow each other: start before end, points and steps inside, amendments in order.",
        "start = 2026-12-31\nend = 2026-10-01",
        "start = 2026-10-01\nend = 2026-12-31",
    ),
    CodeCard(
        "K016",
        "Numbers lie in their range; a pair of bounds is [lowest, highest].",
        "between = [500_000, 10_000]",
        "between = [10_000, 500_000]",
    ),
    CodeCard(
        "K017",
        "There is one way to a number, and one way to say when.",
        'standard = "dau"\nquery = "select ..."',
        'query = "select ..."',
    ),
    CodeCard(
        "K018",
        "A setting must fit the type of the key result.",
        'type = "keep-above"\nbaseline = 10',
        'type = "keep-above"\ntarget = "99.8%"',
    ),
    CodeCard(
        "K019",
        "Key results on one metric should agree on what its value is.",
        '[key_results.a]\nactual = "28d mean"\n[key_results.b]\nactual = "last"',
        '[metrics.dau]\nactual = "28d mean"',
    ),
    CodeCard(
        "K020",
        "A quantity is a number, or text with a unit of the metric's kind.",
        'target = "9 parsecs"',
        'target = "9 min"',
    ),
    CodeCard("K021", "A ratio is written in percent.", "target = 38", 'target = "38%"'),
    CodeCard(
        "K022",
        "A change of a percentage says whether it is relative or in points (R6).",
        'target = "+15%"',
        'target = "+15% relative"   # 40% becomes 46%\ntarget = "+15 pp"   # 55%',
    ),
    CodeCard(
        "K023",
        "A target lies ahead of the baseline in the direction that is stated (R6).",
        'direction = "up"\nbaseline = 100\ntarget = 80',
        'direction = "down"\nbaseline = 100\ntarget = 80',
    ),
    CodeCard(
        "K024",
        "A target lies inside the metric's domain (R6).",
        'domain = [0, 1]\n# ...\ntarget = "120%"',
        'domain = [0, 1]\n# ...\ntarget = "98%"',
    ),
    CodeCard(
        "K025",
        "There is no percentage of zero (R6).",
        'baseline = 0\ntarget = "+25%"',
        "baseline = 0\ntarget = 250",
    ),
    CodeCard(
        "K026",
        "A change needs a baseline; totals have no default one (R5).",
        'actual = "cycle sum"\ntarget = "+20%"',
        'actual = "cycle sum"\nbaseline = "same period last year"\ntarget = "+20%"',
    ),
    CodeCard(
        "K028",
        "The last amendment ends where the target is now (R15).",
        "target = 50_000\n# amendment:\ntarget = { from = 48_000, to = 49_000 }",
        "target = 50_000\n# amendment:\ntarget = { from = 48_000, to = 50_000 }",
    ),
    CodeCard(
        "K029",
        "A server without `auth` listens on loopback only.",
        'listen = "0.0.0.0:8787"\nauth = "none"',
        'listen = "0.0.0.0:8787"\nauth = "proxy"',
    ),
    CodeCard(
        "K030",
        "Distinct counts are not added up (R4): users of days are not those of a month.",
        'additive = false\nactual = "cycle sum"',
        'additive = false\nactual = "7d mean"',
    ),
    CodeCard(
        "K031",
        "Ratios are pooled, never averaged or added (R4).",
        'kind = "ratio"\nactual = "7d mean"',
        'kind = "ratio"\nactual = "7d weighted mean"',
    ),
    CodeCard(
        "K032",
        "A window should be whole weeks: weekends are different (R4, R5).",
        'actual = "10d mean"',
        'actual = "7d mean"',
    ),
    CodeCard(
        "K033",
        "A path fits its goal (R8): weekday and last-year for totals, geometric for levels.",
        'actual = "cycle sum"\npace = "geometric"',
        'actual = "cycle sum"\npace = "weekday"',
    ),
    CodeCard(
        "K034",
        "A window is whole periods of the metric's grain.",
        'grain = "week"\nactual = "10d mean"',
        'grain = "week"\nactual = "4w mean"',
    ),
    CodeCard(
        "K035",
        "References to secrets are of five kinds; none runs a command.",
        'token = "${cmd:pass show slack}"',
        'token = "${env:SLACK_BOT_TOKEN}"',
    ),
    CodeCard(
        "K036",
        "A query should read only the window it is asked for.",
        'query = "select day, value from daily"',
        'query = "select day, value from daily where day >= :start and day < :end"',
    ),
    CodeCard(
        "K040",
        "A connector must be installed under the name it is given.",
        'connector = "sqll"',
        'connector = "sql"',
    ),
    CodeCard(
        "K041",
        "A connector may need an extra package.",
        'connector = "x"   # its package is missing',
        "uv tool install 'krtracker[postgres]'",
    ),
    CodeCard("K042", "A connector takes its own options only.", 'ulr = "..."', 'url = "..."'),
    CodeCard(
        "K043",
        "Some options of a connector cannot be left out.",
        '[sources.db]\nconnector = "sql"',
        '[sources.db]\nconnector = "sql"\nurl = "${env:PRODUCT_DB_URL}"',
    ),
    CodeCard(
        "K044",
        "An option of a connector has its own type and form.",
        'row_limit = "many"',
        "row_limit = 100_000",
    ),
    CodeCard(
        "K045",
        "An option that holds a secret is a reference.",
        'url = "mysql://reader:hunter2@db/app"',
        'url = "${env:PRODUCT_DB_URL}"',
    ),
    CodeCard(
        "K046",
        "A standard metric is computed from the events its source names.",
        'standard = "dau" over a source without [sources.ID.events]',
        '[sources.ID.events]\ntable = "events"\nuser = "user_id"\ntime = "ts"\nevent = "name"',
    ),
    CodeCard(
        "K900",
        "The setting is known and checked, and has no effect in this version.",
        'formula = "buyers / visitors"',
        'query = { file = "sql/conversion.sql" }',
    ),
)
CODES: Mapping[str, CodeCard] = MappingProxyType({card.code: card for card in CARDS})
