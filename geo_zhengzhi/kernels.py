"""How the engines are compiled, and how their compiled loops share the processor."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

# What kernels take and give: arrays of floats, of whole numbers, of flags.
Floats = NDArray[np.float64]
Ints = NDArray[Any]
Flags = NDArray[np.uint8]

# Below this many points, waking a second thread costs more than it brings.
THREADS_PAY_FROM = 200_000


def kernel(function: Callable[..., Any]) -> Any:
    """
    Compile a function to machine code that is kept on disk and runs without the interpreter's lock.

    Where no folder for the compiled code is writable, it is compiled again in every process. The kept code is renewed
    when the kernel's own file changes and only then, so a kernel calls kernels of its own file alone. No `fastmath`
    and no `parallel`: sums stay as written, and threads come from `run_in_threads`.
    """
    return _compile(function)


def kernel_part(function: Callable[..., Any]) -> Any:
    """
    Compile a function into the kernels of its file that call it, as if it were written there.

    A call costs more than a small function when it passes many arrays: each is counted in and out again.
    """
    return _compile(function, forceinline=True)


def _compile(function: Callable[..., Any], forceinline: bool = False) -> Any:
    try:
        return njit(cache=True, nogil=True, forceinline=forceinline)(function)
    except RuntimeError:  # numba's word for "no locator available": nowhere to keep the code
        return njit(nogil=True, forceinline=forceinline)(function)


def run_in_threads(task: Callable[..., Any], arguments: Iterable[tuple[Any, ...]], n_threads: int) -> list[Any]:
    """Call `task(*row)` for every row of `arguments`, on `n_threads` threads; the results, in the rows' order."""
    if n_threads == 1:
        return [task(*row) for row in arguments]
    with ThreadPoolExecutor(n_threads) as pool:
        return list(pool.map(lambda row: task(*row), arguments))


def even_blocks(n: int, n_blocks: int) -> list[tuple[int, int]]:
    """Half-open ranges, at most `n_blocks` and none empty, that cut 0 to n into even pieces."""
    return list(pairwise(sorted({n * block // n_blocks for block in range(n_blocks + 1)})))
