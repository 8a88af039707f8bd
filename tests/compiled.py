"""Templates compiled once for the sites of all tests: each test has a site of its own, and their pages are alike."""

from types import CodeType

from flask import Flask
from flask.templating import Environment
from jinja2.bccache import Bucket, BytecodeCache


class Compiled(BytecodeCache):
    """Code by a template's name, file and source."""

    def __init__(self) -> None:
        self.code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was compiled from the same source before."""
        bucket.code = self.code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        assert bucket.code is not None
        self.code[bucket.key, bucket.checksum] = bucket.code


COMPILED = Compiled()


class SharedEnvironment(Environment):
    """Flask's own, which looks there first."""

    def __init__(self, app: Flask, **options: object) -> None:
        super().__init__(app, bytecode_cache=COMPILED, **options)
