"""Compares scores, windows of behaviour, k-means and itemsets with pandas, polars, scikit-learn, mlxtend and rusket on the
same data.

    pip install pandas polars pyarrow scikit-learn mlxtend rusket
    cargo build --release -p naata-cli -p naata-benches --bin naata --bin bulk --bin segments
    python benches/peers/segments.py target/release/segments GROCERIES.csv [JOB ...]

GROCERIES.csv has one basket a line (the published set of 9,835). A JOB is rfm, file, windows, itemsets or k_means; without
one all are done. `file` is RFM of a file of a million customers from its first byte to the written list, by the program
`naata` beside `segments`. Outputs are compared first: scores customer by customer,
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


def file(binary, folder, rows=4_000_000, customers=1_000_000):
    """From a CSV of purchases to a CSV of scores: reading, summing up, ranking, writing."""
    beside = lambda name: os.path.join(os.path.dirname(binary) or ".", name)
    subprocess.run([beside("bulk"), folder, str(rows), str(customers)], check=True)
    path, out = os.path.join(folder, "purchases-shuffled.csv"), os.path.join(folder, "rfm-{}.csv")
    script = {"pandas": PANDAS_FILE, "polars": POLARS_FILE}
    command = lambda name: (
        [sys.executable, "-c", script[name], path, out.format(name)] if name in script else
        [beside("naata"), "rfm", "--purchases", path, "--format", "csv", "-o", out.format(name), "--threads", "1", "-q"])

    def run(name):
        start = time.perf_counter()
        # A small program starts it: the peak of a child counts from the memory of its parent.
        child = subprocess.run([sys.executable, "-c", USAGE, *command(name)], capture_output=True, text=True)
        if child.returncode != 0:
            raise SystemExit(f"{name} ended with {child.returncode}: {child.stderr}")
        cpu, peak = map(float, child.stdout.split())
        return [1e3 * cpu, 1e3 * (time.perf_counter() - start), peak]

    def scores(name):
        with open(out.format(name), encoding="utf-8") as f:
            names = next(f).rstrip("\n").split(",")
            at = [names.index(c) for c in ("customer", "recency", "frequency", "monetary", "r", "f", "m")]
            return [[cells[i] for i in at] for cells in (line.rstrip("\n").split(",") for line in f)]

    names = ("naata", "pandas", "polars")
    rounds = [{name: run(name) for name in names} for _ in range(3)]
    want = scores("naata")
    for name in names[1:]:
        if scores(name) != want:
            raise SystemExit(f"scores differ from those of {name}")
    # Programs take turns; each ratio is of one round.
    middle = lambda of: statistics.median(of(r) for r in rounds)
    size = os.path.getsize(path) / 1e6
    for name in names[1:]:
        ratio = middle(lambda r: r["naata"][0] / r[name][0])
        print(f"| RFM of {len(want):,} customers from a file of {rows:,} rows, {size:.0f} MB | {name} "
              f"| {middle(lambda r: r['naata'][0]):.0f} ms, {middle(lambda r: r['naata'][2]):.0f} MB "
              f"| {middle(lambda r: r[name][0]):.0f} ms, {middle(lambda r: r[name][2]):.0f} MB | {ratio:.2f} "
              f"| every value and score |", flush=True)
    for name in os.listdir(folder):
        os.remove(os.path.join(folder, name))


USAGE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
u = resource.getrusage(resource.RUSAGE_CHILDREN)
print(u.ru_utime + u.ru_stime, u.ru_maxrss / 1024)
sys.exit(code)
"""

# Amounts as whole hundredths: a sum of floats may fall on the wrong side of a tie.
PANDAS_FILE = """
import pandas as pd, sys
d = pd.read_csv(sys.argv[1], usecols=["customer", "date", "amount"], dtype={"customer": "string"})
d["day"] = pd.to_datetime(d["date"], format="%Y-%m-%d")
d["paise"] = (d["amount"] * 100).round().astype("int64")
as_of = d["day"].max()
g = d.groupby("customer", sort=True).agg(last=("day", "max"), frequency=("day", "size"), paise=("paise", "sum"))
n = len(g)
score = lambda v: -(-(5 * (2 * v.rank(method="average")).astype("int64")) // (2 * n))
g["recency"] = (as_of - g["last"]).dt.days
g["r"], g["f"], g["m"] = 6 - score(g["recency"]), score(g["frequency"]), score(g["paise"])
g["monetary"] = (g["paise"] // 100).astype("string") + "." + (g["paise"] % 100).astype("string").str.zfill(2)
g[["recency", "frequency", "monetary", "r", "f", "m"]].to_csv(sys.argv[2])
"""

POLARS_FILE = """
import polars as pl, sys
rank = lambda c: (2 * pl.col(c).rank("average")).cast(pl.Int64)
score = lambda c: (5 * rank(c) + 2 * pl.len() - 1) // (2 * pl.len())
d = (pl.scan_csv(sys.argv[1], schema_overrides={"customer": pl.String, "date": pl.String, "amount": pl.String})
     .select("customer", pl.col("date").str.to_date("%Y-%m-%d"), pl.col("amount").cast(pl.Decimal(18, 2)))
     .group_by("customer").agg(last=pl.col("date").max(), frequency=pl.len(), monetary=pl.col("amount").sum())
     .sort("customer").with_columns(recency=(pl.col("last").max() - pl.col("last")).dt.total_days())
     .with_columns(r=6 - score("recency"), f=score("frequency"), m=score("monetary"))
     .select("customer", "recency", "frequency", "monetary", "r", "f", "m"))
d.collect(engine="streaming").write_csv(sys.argv[2])
"""


def windows(binary, folder):
    """Six segments by behaviour over the lines of a million customers."""
    import numpy
    import pandas
    import polars

    drawn, out = os.path.join(folder, "lines"), os.path.join(folder, "members")
    ours([binary, "draw", "lines", 1_000_000, 1, drawn])
    who, day, category, paid = numpy.fromfile(drawn, dtype="<i8").reshape(-1, 4).T
    customers, today, sweets = int(who[-1]) + 1, 20_000, 7
    columns = {"who": who.astype("u4"), "day": day.astype("i4"), "category": category.astype("u4"), "paid": paid}
    members = []
    for threads in (1, 2, 7):
        ours([binary, "windows", drawn, threads, 1, out])
        members.append(open(out, "rb").read())
    if len(set(members)) != 1:
        raise SystemExit("another number of threads gives other members")
    mine = numpy.frombuffer(members[0], dtype="u1").reshape(6, customers).astype(bool)

    def pandas_windows():
        d = pandas.DataFrame(columns)
        everybody = pandas.RangeIndex(customers)
        within = lambda days: d["day"].to_numpy() > today - days
        per = lambda rows, what: rows.groupby("who", sort=True)[what]
        year, half = d[within(365)], d[within(180)]
        sweet = per(d[within(90) & (d["category"].to_numpy() == sweets)], "day").size()
        first = per(d, "day").min()
        # The mean in whole hundredths, half to even, as it is compared.
        sums, counts = per(half, "paid").sum(), per(half, "paid").size()
        down, rest = sums // counts, sums % counts
        mean = down + ((2 * rest > counts) | ((2 * rest == counts) & (down % 2 == 1)))
        days = d[["who", "day"]].drop_duplicates().sort_values(["who", "day"])
        before = days.groupby("who", sort=False)["day"].shift()
        again = days[(days["day"] > today - 30) & (before.isna() | (days["day"] - before >= 180))]
        return [
            (sweet >= 3).reindex(everybody, fill_value=False),
            (per(year, "paid").sum() >= 200_000).reindex(everybody, fill_value=False),
            (mean > 50_000).reindex(everybody, fill_value=False),
            (per(year, "day").nunique() >= 5).reindex(everybody, fill_value=False),
            (first > today - 60).reindex(everybody, fill_value=False),
            everybody.isin(again["who"].unique()),
        ]

    def polars_windows():
        d = polars.DataFrame(columns).lazy()
        c = polars.col
        within = lambda days: c("day") > today - days
        half = c("paid").filter(within(180))
        down, rest, counts = half.sum() // half.len(), half.sum() % half.len(), half.len()
        found = d.group_by("who").agg(
            (within(90) & (c("category") == sweets)).sum().ge(3).alias("a"),
            c("paid").filter(within(365)).sum().ge(200_000).alias("b"),
            (down + ((2 * rest > counts) | ((2 * rest == counts) & (down % 2 == 1))).cast(polars.Int64)).gt(50_000)
            .fill_null(False).alias("c"),
            c("day").filter(within(365)).n_unique().ge(5).alias("d"),
            c("day").min().gt(today - 60).alias("e"),
        )
        days = d.select("who", "day").unique().sort("who", "day")
        before = c("day").shift().over("who")
        again = days.filter((c("day") > today - 30) & (before.is_null() | (c("day") - before >= 180)).fill_null(True))
        again = again.select("who").unique().with_columns(f=True)
        table = found.join(again, on="who", how="left").sort("who").collect()
        return [table[k].fill_null(False) for k in "abcdef"]

    spans = each(lambda times: [binary, "windows", drawn, 1, times], 3)
    two = each(lambda times: [binary, "windows", drawn, 2, times], 3)
    for name, work in (("pandas", pandas_windows), ("polars", polars_windows)):
        found, span = theirs(work, 3)
        for at, (a, b) in enumerate(zip(mine, found)):
            differ = int((a != numpy.asarray(b)).sum())
            if differ:
                raise SystemExit(f"segment {at} differs from that of {name} for {differ} customers")
        row(f"six segments by behaviour, {customers:,} customers, {len(who):,} lines", spans, name, span,
            "members: " + ", ".join(f"{n:,}" for n in mine.sum(axis=1)))
    print(f"  naata, two threads: {two[1]:.0f} ms by the clock; on one {spans[1]:.0f}", flush=True)


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


def main(binary, groceries, *jobs):
    print("| job | peer | naata | peer's | naata by peer | compared |\n|---|---|---|---|---|---|")
    for job in jobs or ("rfm", "file", "windows", "itemsets", "k_means"):
        with tempfile.TemporaryDirectory() as folder:
            work = {"rfm": rfm, "file": file, "windows": windows, "itemsets": itemsets, "k_means": k_means}[job]
            work(binary, folder, *([groceries] if job == "itemsets" else []))


if __name__ == "__main__":
    main(*sys.argv[1:])
