"""The base of every error a person can mend."""

from collections.abc import Callable


class GeoZhengzhiError(Exception):
    """A sentence with values in it; the base of every error a person can mend."""

    sentence = "{message}"

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(self.sentence.format(**values))

    def in_language(self, translate: Callable[[str], str]) -> str:
        """The same sentence through `translate`, a function from an English msgid to the reader's language."""
        values = {k: v.in_language(translate) if hasattr(v, "in_language") else v for k, v in self.values.items()}
        return translate(self.sentence).format(**values)
