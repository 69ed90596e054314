"""Times `naata summary` and `naata journey map` against DuckDB and Polars on the same files.

    pip install duckdb polars
    cargo build --release --bin naata && cargo run --release -p naata-benches --bin bulk -- /tmp/bulk
    python benches/peers/reading.py target/release/naata /tmp/bulk

Outputs are compared customer by customer before any time is read. Each figure is the median of the runs, as a ratio
to naata's of the same round; CPU is user + system time of the whole process, memory its peak.
"""

import csv
import os
import resource
import statistics
import subprocess
import sys
import time

DUCKDB = """
import duckdb, sys
c = duckdb.connect()
c.execute("SET threads TO 2")
c.execute(f'''COPY (
  SELECT customer, min(date) AS first, max(date) AS last, count(DISTINCT date) - 1 AS frequency,
         date_diff('day', min(date), max(date)) AS recency, sum(amount) AS total, count(*) AS purchases
  FROM read_csv('{sys.argv[1]}', header = true, columns = {sys.argv[3]})
  GROUP BY customer ORDER BY customer) TO '{sys.argv[2]}' (HEADER)''')
"""

POLARS = """
import os
os.environ['POLARS_MAX_THREADS'] = '2'
import polars as pl, sys
d = pl.Decimal(18, 2)
q = (pl.scan_csv(sys.argv[1], schema_overrides={'customer': pl.String, 'date': pl.String, 'amount': pl.String})
     .select('customer', pl.col('date').str.to_date('%Y-%m-%d'), pl.col('amount').cast(d))
     .group_by('customer')
     .agg(first=pl.col('date').min(), last=pl.col('date').max(), frequency=pl.col('date').n_unique() - 1,
          total=pl.col('amount').sum(), purchases=pl.len())
     .sort('customer'))
q.collect(engine='streaming').write_csv(sys.argv[2])
"""


def run(argv):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    child = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    del before
    if status != 0:
        raise SystemExit(f"{argv[0]} ended with {status}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024


def rows(path):
    with open(path, newline="", encoding="utf-8") as f:
        for r in csv.DictReader(f):
            yield r["customer"], r["first"][:10], r["last"][:10], int(r["frequency"]), r["total"], int(r["purchases"])


def same(a, b):
    n = 0
    for x, y in zip(rows(a), rows(b), strict=True):
        cents = lambda t: round(float(t) * 100)
        if x[:4] != y[:4] or cents(x[4]) != cents(y[4]) or x[5] != y[5]:
            raise SystemExit(f"outputs differ: {x} against {y}")
        n += 1
    return n


def main():
    naata, folder = sys.argv[1], sys.argv[2]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    for name in ("purchases-shuffled.csv", "purchases.csv", "purchases-uuid.csv"):
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8") as f:
            header = next(csv.reader(f))
        types = {h: "VARCHAR" for h in header} | {"date": "DATE", "amount": "DECIMAL(18,2)"}
        out = {k: os.path.join(folder, f"out-{k}.csv") for k in ("naata", "duckdb", "polars")}
        commands = {
            "naata": [naata, "summary", "--purchases", path, "--format", "csv", "-o", out["naata"], "--threads", "2", "-q"],
            "duckdb": [sys.executable, "-c", DUCKDB, path, out["duckdb"], str(types)],
            "polars": [sys.executable, "-c", POLARS, path, out["polars"]],
        }
        for command in commands.values():
            run(command)
        n = same(out["naata"], out["duckdb"])
        same(out["naata"], out["polars"])
        figures = {k: [] for k in commands}
        for _ in range(rounds):
            for key, command in commands.items():
                figures[key].append(run(command))
        print(f"{name}: {n} customers, outputs equal")
        for key, runs in figures.items():
            cpu, wall, peak = (statistics.median(r[i] for r in runs) for i in range(3))
            ratio = [statistics.median(a[i] / b[i] for a, b in zip(figures["naata"], runs)) for i in range(2)]
            print(f"  {key:7} cpu {cpu:7.2f} s  wall {wall:7.2f} s  peak {peak:7.0f} MB   naata/{key}: cpu {ratio[0]:.2f} wall {ratio[1]:.2f}")


main()
