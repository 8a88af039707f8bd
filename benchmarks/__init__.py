"""
Measurements as ratios: one engine against another in the same run, each in its own process.

`make bench` (or `python -m benchmarks`) runs the measurements of every `benchmarks/bench_*.py` and writes what it
found to `benchmarks/README.md`. `python -m benchmarks dbscan import` runs those of `bench_dbscan.py` and
`bench_import.py` and leaves the others' lines as they were. `--quick` takes small sizes and writes nothing; `--list`
names the measurements; `--only WORDS` takes those whose name holds the words.

A bench module has one function, and the engines it names:

    from benchmarks.protocol import Engine, Measurement

    def measurements(quick: bool) -> list[Measurement]:
        n = 10_000 if quick else 1_000_000
        prepare(n)                                   # input files, written once into protocol.DATA; not timed
        return [
            Measurement(
                "Assign 1 million points to 1,000 polygons",
                subject=Engine("benchmarks.bench_assignment:index", n=n),
                reference=Engine("benchmarks.bench_assignment:strtree", n=n),
                at_least=8,                          # times as fast as the reference, or
                # at_most=2,                         # times the reference's time
                # seconds=8, mib=2048,               # limits of its own; then a reference is not needed
            )
        ]

    def index(n: int) -> Callable[[], object]:       # an engine loads its input and hands back what is timed
        points, polygons = load(n)
        return lambda: PolygonIndex(polygons).query(*points)

Each round starts a fresh process for the subject and one for the reference, in turn, bound to two processors; it
calls the engine function, then what it returned: once to warm up (compiled kernels, lazy imports; not with
`warm=False`), then with the clock on, for a second or at least once. A figure is the median over the rounds of each
round's median; memory is the highest resident size of the whole process, interpreter, libraries and input included.
"""
