"""Short texts that a person or a program gave, in a form that both engines can keep and compare."""

import unicodedata

UNKEEPABLE = "\ufffd"  # what stands for a letter that cannot be kept


def storable(text: str, longest: int) -> str:
    """At most `longest` letters, without NUL and lone surrogates, which PostgreSQL refuses and UTF-8 has not."""
    return text[:longest].encode("utf-8", "replace").decode().replace("\0", UNKEEPABLE)


def plain(text: str, longest: int) -> str:
    """A name in one form whatever keyboard it came from: full-width letters narrow, one blank for many."""
    return " ".join(unicodedata.normalize("NFKC", storable(text, longest)).split())
