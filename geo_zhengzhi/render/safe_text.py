"""
The one door through which words enter a map.

Everything that came from a file or a person is hostile until it has passed here. Nothing else in this package writes
text into HTML or into a script: markup takes `safe_text`, scripts take `script_json` and build their words with
`textContent`.
"""

import html
import json
import math
from typing import Any

# html.escape leaves these, and they open an expression where a library puts the text into a template literal.
TEMPLATE_MARKS = str.maketrans({"$": "&#36;", "`": "&#96;", "{": "&#123;", "}": "&#125;"})

# What could end a script element, a template literal or a line of an old browser's JavaScript. A slash is written \/ so
# that words never look like an address to the check for unknown links.
SCRIPT_MARKS = str.maketrans(
    {
        "<": "\\u003c",
        ">": "\\u003e",
        "&": "\\u0026",
        "'": "\\u0027",
        "`": "\\u0060",
        "$": "\\u0024",
        "/": "\\/",
        "\u2028": "\\u2028",
        "\u2029": "\\u2029",
    }
)


def safe_text(text: object) -> str:
    """
    Words as they may stand in HTML: in an element, in a quoted attribute, in a popup, a tooltip or an attribution.

    Escapes what HTML reads, and `$`, backquote and braces, which Folium's own templates would run as code.
    """
    return html.escape(str(text), quote=True).translate(TEMPLATE_MARKS)


def script_json(data: Any) -> str:
    """
    Data as a JavaScript expression that no script element, template or line separator can be closed with.

    Keys keep their order, so that the same data give the same characters; a number that JSON cannot say (NaN, ±∞)
    becomes null.
    """
    return json.dumps(_sayable(data), ensure_ascii=False, separators=(",", ":"), allow_nan=False).translate(
        SCRIPT_MARKS
    )


def _sayable(data: Any) -> Any:
    """The data with plain containers and finite numbers."""
    if isinstance(data, dict):
        return {str(key): _sayable(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_sayable(value) for value in data]
    if isinstance(data, float):
        return float(data) if math.isfinite(data) else None
    return data
