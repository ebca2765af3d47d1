"""`krtracker explain`: the rule behind a code, with a bad and a good example; it reads no files."""

from __future__ import annotations

import click

from krtracker.cli.face import Face, command


@command("explain")
@click.argument("code")
def explain(face: Face, code: str) -> None:
    """Tell the rule behind a code such as K021."""
    from krtracker.errors import UnknownNameError
    from krtracker.settings import CODES

    card = CODES.get(code.upper())
    if card is None:
        raise UnknownNameError("code", code, sorted(CODES))
    if face.json:
        face.out_json({"code": code.upper(), "rule": card.rule, "bad": card.bad, "good": card.good})
        return
    paint = face.out_terminal.paint
    face.out(f"{paint(code.upper(), 'bold')}  {card.rule}")
    for title, text, style in (("instead of", card.bad, "red"), ("write", card.good, "green")):
        face.out(f"\n{title}")
        for line in text.strip().splitlines():
            face.out("  " + paint(line, style))
