"""What every schema has in common: requests take nothing that they do not name, answers leave nothing out."""

from typing import Any

from marshmallow import Schema, fields

from geo_zhengzhi.errors import FieldRefused, FieldUnknown, Phrase
from web.api.fields import Fault, Inside


class Asked(Schema):
    """The fields of a request's body: nothing else is taken."""

    is_text = False

    def __init__(self, **rest: Any) -> None:
        super().__init__(**rest)
        names = sorted(field.data_key or name for name, field in self.load_fields.items())
        unknown, other = Fault(FieldUnknown, ", ".join(names) or Phrase("none")), Fault(FieldRefused, Inside.allowed)
        self.error_messages = dict(self.error_messages) | {"unknown": unknown, "type": other}


class Query(Asked):
    """The parameters of an address."""

    is_text = True


class Form(Asked):
    """The fields of a form with a file."""

    is_text = True


class Answer(Schema):
    """The fields of an answer: each is always there."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field) -> None:
        """Say in the document that a field is always there."""
        field_obj.required = True
