"""The HogQL of the standard metrics, as templates: each answers day, segment, a and b."""

from __future__ import annotations


def filled(template: str, **parts: object) -> str:
    """A template with its parts, on one line; parts hold placeholders, never a value."""
    return " ".join(template.split()).format(**parts)


EVENTS = """
SELECT {day} AS day, {segment} AS segment, {counted} AS a, 0 AS b
FROM events WHERE {inside} AND {kept} GROUP BY day, segment
"""
SAME_DAY = """
SELECT {day} AS day, '' AS segment, uniqExactIf(person_id, {goal}) AS a,
uniqExactIf(person_id, {start}) AS b FROM events WHERE {inside} GROUP BY day, segment
"""
TRAILING = """
SELECT day, segment, {a} AS a, {b} AS b FROM (
SELECT person_id, segment, n, addDays(d, n) AS day FROM (
SELECT person_id, d, segment, arrayJoin(range(0, {many})) AS n FROM (
SELECT DISTINCT person_id, {day} AS d, {segment} AS segment FROM events
WHERE {since} AND {until} AND {condition})))
WHERE {days_inside} GROUP BY day, segment
"""
CALENDAR = """
SELECT day, segment, uniqExact(person_id) AS a, 0 AS b FROM (
SELECT {unit} AS day, {segment} AS segment, person_id FROM events
WHERE {since} AND {until} AND {condition})
WHERE {days_inside} GROUP BY day, segment
"""
SESSIONS = """
SELECT {day} AS day, segment, {a} AS a, {b} AS b FROM (
SELECT {session} AS session, {segment} AS segment, min(timestamp) AS t0, max(timestamp) AS t1,
count() AS k FROM events
WHERE {since} AND {until} AND ifNull({session}, '') != '' AND {condition}
GROUP BY session, segment)
WHERE {kept} GROUP BY day, segment
"""
FIRST_EVER = """
SELECT {day} AS day, segment, count() AS a, 0 AS b FROM (
SELECT person_id, {segment} AS segment, min(timestamp) AS t0 FROM events
WHERE {until} AND {condition} GROUP BY person_id, segment)
WHERE {since} GROUP BY day, segment
"""
RETENTION = """
SELECT day, '' AS segment, countIf(arrayExists(
d -> dateDiff('day', day, d) >= {nearest} AND dateDiff('day', day, d) <= {farthest}, days)) AS a,
count() AS b FROM (
SELECT person_id, {born} AS day, groupUniqArrayIf({timestamp_day}, {since} AND {back}) AS days
FROM events WHERE {bounds} GROUP BY person_id)
WHERE {days_inside} GROUP BY day, segment
"""
CONVERSION = """
SELECT day, '' AS segment,
countIf(arrayExists(g -> g >= t0 AND g < addSeconds(t0, {seconds}), reached)) AS a,
count() AS b FROM (
SELECT person_id, {day} AS day, min(s) AS t0, any(goals) AS reached FROM (
SELECT person_id, arrayJoin(groupArrayIf(timestamp, {until} AND {start})) AS s,
groupArrayIf(timestamp, {goal}) AS goals FROM events
WHERE {since} AND {reach} GROUP BY person_id)
GROUP BY person_id, day)
GROUP BY day, segment
"""
GROWTH = """
SELECT day, segment, count() AS a, 0 AS b FROM (
SELECT addDays(toDate('1970-01-01'), tupleElement(e, 1)) AS day, tupleElement(e, 2) AS segment
FROM (SELECT arrayJoin(arrayConcat(
arrayMap(x -> tuple(x, if(x = arrayMin(ns), 'new', if(has(ns, x - 1), 'retained', 'resurrected'))),
ns), arrayMap(x -> tuple(x + 1, 'churned'), arrayFilter(x -> NOT has(ns, x + 1), ns)))) AS e
FROM (SELECT person_id, groupUniqArray(dateDiff('day', toDate('1970-01-01'), {day})) AS ns
FROM events WHERE {until} AND {condition} GROUP BY person_id)))
WHERE {days_inside} GROUP BY day, segment
"""
PART = "SELECT {place} AS part, day, segment, a * 1.0 AS a, b * 1.0 AS b FROM ({text})"
TOGETHER = "SELECT part, day, segment, a, b FROM ({parts}) LIMIT {most}"
