"""The base of every error a person can mend."""

from collections.abc import Callable


class Terms:
    """Words of the product inside a sentence: English msgids, told in the reader's language, with commas between."""

    def __init__(self, *msgids: str) -> None:
        self.msgids = msgids

    def __str__(self) -> str:
        return ", ".join(self.msgids)

    def in_language(self, translate: Callable[[str], str]) -> str:
        """The same words through `translate`."""
        return ", ".join(translate(msgid) for msgid in self.msgids)


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
