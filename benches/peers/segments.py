"""Compares scores, k-means and itemsets with pandas, polars, scikit-learn, mlxtend and rusket on the same data.

    pip install pandas polars pyarrow scikit-learn mlxtend rusket
    cargo build --release -p naata-benches --bin segments
    python benches/peers/segments.py target/release/segments GROCERIES.csv

GROCERIES.csv has one basket a line (the published set of 9,835). Outputs are compared first: scores customer by customer,
itemsets with their counts, for k-means the inertia. Times are those of the processor, so that a busy machine does not
matter, on one thread everywhere; reading the file, done once, falls out of a difference. `wall` is the time by the clock
with two threads, where a peer uses two.
"""

import os
import sys

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(name, "1")

import collections
import statistics
import subprocess
import tempfile
import time
import warnings

warnings.filterwarnings("ignore")


def ours(argv):
    start = time.perf_counter()
    child = subprocess.Popen([str(a) for a in argv], stdout=subprocess.PIPE, text=True)
    out = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        raise SystemExit(f"{argv} ended with {status}")
    return [float(x) for x in out.split()], 1e3 * (usage.ru_utime + usage.ru_stime), 1e3 * (time.perf_counter() - start)


def each(command, times):
    """Milliseconds of the processor and of the clock for one of them."""
    runs = [[ours(command(n))[1:] for n in (0, times)] for _ in range(3)]
    return [statistics.median((many[i] - none[i]) / times for none, many in runs) for i in (0, 1)]


def theirs(work, times):
    spans = []
    for _ in range(times):
        cpu, wall = time.process_time(), time.perf_counter()
        result = work()
        spans.append((1e3 * (time.process_time() - cpu), 1e3 * (time.perf_counter() - wall)))
    return result, [statistics.median(s[i] for s in spans) for i in (0, 1)]


def row(job, mine, peer, other, note=""):
    print(f"| {job} | {peer} | {mine[0]:.0f} ms | {other[0]:.0f} ms | {mine[0] / other[0]:.2f} | {note} |", flush=True)


def rfm(binary, folder):
    import numpy
    import pandas
    import polars

    file, out = os.path.join(folder, "customers"), os.path.join(folder, "scores")
    ours([binary, "draw", "customers", 1_000_000, 1, file])
    last, purchases, paid = numpy.fromfile(file, dtype="<i8").reshape(-1, 3).T
    columns = {"recency": 20_000 - last, "frequency": purchases, "monetary": paid}
    bins, n = 5, len(last)

    def pandas_ranks():
        frame = pandas.DataFrame(columns)
        # Whole numbers, as the mean of two ranks is half a one: ceil(5 r / n) in floats is off where it is one exactly.
        score = lambda c: -(-(bins * (2 * frame[c].rank(method="average")).astype("int64")) // (2 * n))
        return [bins + 1 - score("recency"), score("frequency"), score("monetary")]

    def polars_ranks():
        frame = polars.DataFrame(columns)
        rank = lambda c: (2 * polars.col(c).rank("average")).cast(polars.Int64)
        score = lambda c: (bins * rank(c) + 2 * n - 1) // (2 * n)
        return frame.select((bins + 1 - score("recency")).alias("r"), score("frequency").alias("f"),
                            score("monetary").alias("m")).get_columns()

    ours([binary, "rfm", file, 1, 1, out])
    mine = numpy.fromfile(out, dtype="u1").reshape(3, -1)
    spans = each(lambda times: [binary, "rfm", file, 1, times], 5)
    for name, work in (("pandas", pandas_ranks), ("polars", polars_ranks)):
        scores, span = theirs(work, 3)
        for a, b in zip(mine, scores):
            if not (a == numpy.asarray(b)).all():
                raise SystemExit(f"scores differ from those of {name}")
        row(f"RFM scores of {n:,} customers, equal values at the mean rank", spans, name, span, "the same scores")


def k_means(binary, folder):
    import numpy
    from sklearn.cluster import KMeans

    file, out = os.path.join(folder, "points"), os.path.join(folder, "labels")
    ours([binary, "draw", "points", 1_000_000, 1, file])
    points = numpy.fromfile(file).reshape(-1, 3)
    for k in (4, 8):
        labels = []
        for threads in (1, 2):
            (inertia, passes), _, _ = ours([binary, "k-means", file, k, threads, 1, out])
            labels.append(open(out, "rb").read())
        if labels[0] != labels[1]:
            raise SystemExit("two threads give other labels than one")
        own = numpy.frombuffer(labels[0], dtype="<u4")
        centers = numpy.array([points[own == c].mean(axis=0) for c in range(k)])
        if abs(((points - centers[own]) ** 2).sum() / inertia - 1) > 1e-9:
            raise SystemExit("the inertia is not that of the labels")
        mine = each(lambda times: [binary, "k-means", file, k, 1, times], 1)
        wall = each(lambda times: [binary, "k-means", file, k, 2, times], 1)
        for name, settings in (("1 start, its tolerance", {"n_init": 1}),
                               ("1 start, until nothing changes", {"n_init": 1, "tol": 0}),
                               ("6 starts, its tolerance", {"n_init": 6})):
            model, span = theirs(lambda: KMeans(k, random_state=1, **settings).fit(points), 1)
            row(f"k-means of {len(points):,} x 3, k = {k}, {name}", mine, "scikit-learn", span,
                f"inertia of naata by its: {inertia / model.inertia_:.4f}")
        print(f"  naata, two threads: {wall[1]:.0f} ms by the clock; on one {mine[1]:.0f}", flush=True)


def itemsets(binary, folder, groceries):
    import numpy
    import pandas
    import rusket
    from mlxtend.frequent_patterns import fpgrowth
    from scipy.sparse import csr_matrix

    drawn, out = os.path.join(folder, "baskets.csv"), os.path.join(folder, "sets")
    ours([binary, "draw", "baskets", 200_000, 1, drawn])
    for name, file, support in (("groceries", groceries, 0.001), ("200,000 drawn baskets", drawn, 0.002),
                                ("200,000 drawn baskets", drawn, 0.0005)):
        with open(file, encoding="utf-8") as f:
            baskets = [sorted({i.strip() for i in line.split(",")}) for line in f.read().splitlines()]
        items = sorted({i for b in baskets for i in b})
        at = {item: i for i, item in enumerate(items)}
        ends = numpy.cumsum([0] + [len(b) for b in baskets])
        held = numpy.array([at[i] for b in baskets for i in b])
        matrix = csr_matrix((numpy.ones(len(held), dtype=bool), held, ends), shape=(len(baskets), len(items)))
        frame = pandas.DataFrame.sparse.from_spmatrix(matrix, columns=items)
        ours([binary, "itemsets", file, support, 1, 1, out])
        mine = collections.Counter()
        with open(out, encoding="utf-8") as f:
            for line in f:
                *names, count = line.rstrip("\n").split(",")
                mine[frozenset(names)] = int(count)
        spans = each(lambda times: [binary, "itemsets", file, support, 1, times], 10)
        peers = (
            ("rusket", 5, lambda: rusket.fpgrowth(matrix.astype("uint8"), min_support=support, column_names=items)),
            ("mlxtend", 1, lambda: fpgrowth(frame, min_support=support, use_colnames=True)),
        )
        for peer, times, work in peers:
            found, span = theirs(work, times)
            counts = {frozenset(s): round(p * len(baskets)) for s, p in zip(found["itemsets"], found["support"])}
            # A support that is met exactly may be missed in floats; nothing else may differ.
            least = support * len(baskets)
            differ = [s for s in mine.keys() | counts.keys() if mine.get(s) != counts.get(s)]
            if any(abs(max(mine.get(s, 0), counts.get(s, 0)) - least) > 1e-6 for s in differ):
                raise SystemExit(f"itemsets differ from those of {peer}: {len(mine)} and {len(counts)}")
            row(f"itemsets of {name} at {support}", spans, peer, span, f"{len(mine):,} sets, {len(differ)} differ")


def main(binary, groceries):
    print("| job | peer | naata | peer's | naata by peer | compared |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        rfm(binary, folder)
        itemsets(binary, folder, groceries)
        k_means(binary, folder)


if __name__ == "__main__":
    main(*sys.argv[1:3])
