"""
The one door through which words enter a map.

Everything that came from a file or a person is hostile until it has passed here. Nothing else in this package writes
text into HTML or into a script: markup takes `safe_text`, scripts take `script_json` and build their words with
`textContent`.
"""

import html
import json
import math
import re
from typing import Any

import numpy as np

# html.escape leaves these, and they open an expression where a library puts the text into a template literal.
TEMPLATE_MARKS = str.maketrans({"$": "&#36;", "`": "&#96;", "{": "&#123;", "}": "&#125;"})

# What could end a script element, a template literal or a line of an old browser's JavaScript. Braces, because branca
# reads what an element has written as a template once more: {{…}} would run in this process. A slash is written \\/ so
# that words never look like an address to the check for unknown links.
SCRIPT_MARKS = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "<>&'`${}%#\u2028\u2029"} | {"/": "\\/"})
STRING_IN_JSON = re.compile(r'"(?:[^"\\]|\\.)*"')


def safe_text(text: object) -> str:
    """
    Words as they may stand in HTML: in an element, in a quoted attribute, in a popup, a tooltip or an attribution.

    Escapes what HTML reads, and `$`, backquote and braces, which Folium's and branca's templates would run as code.
    """
    return html.escape(str(text), quote=True).translate(TEMPLATE_MARKS)


def script_json(data: Any) -> str:
    """
    Data as a JavaScript expression that no script element, template or line separator can be closed with.

    Keys keep their order, so that the same data give the same characters; a number that JSON cannot say (NaN, ±∞)
    becomes null.
    """
    try:  # a map is mostly coordinates that are plain already
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain)
    except ValueError:
        text = json.dumps(_sayable(data), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return STRING_IN_JSON.sub(lambda string: string[0].translate(SCRIPT_MARKS), text)


def _plain(value: Any) -> Any:
    """A number of numpy's own as Python's; nothing else is data."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is no data")


def _sayable(data: Any) -> Any:
    """The data with plain containers and finite numbers."""
    if isinstance(data, dict):
        return {str(key): _sayable(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_sayable(value) for value in data]
    if isinstance(data, np.generic):
        return _sayable(data.item())
    if isinstance(data, float):
        return data if math.isfinite(data) else None
    return data
