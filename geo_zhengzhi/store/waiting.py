"""Try again for a while."""

import time
from collections.abc import Iterator

PAUSE_S, PATIENCE_S = 0.05, 30.0


def tries(give_up: Exception) -> Iterator[int]:
    """
    One number a try, a short pause before each but the first.

    Raises
    ------
    Exception
        `give_up`, once `PATIENCE_S` seconds have passed.
    """
    give_up_at, number = time.monotonic() + PATIENCE_S, 0
    while True:
        yield number
        if time.monotonic() > give_up_at:
            raise give_up
        time.sleep(PAUSE_S)
        number += 1
