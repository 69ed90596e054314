"""Measures naata against DuckDB and Polars on the same files, and naata's report against its own size.

    pip install duckdb polars
    cargo build --release -p naata-cli -p naata-benches --bin naata --bin bulk
    python benches/peers/reading.py compare target/release FOLDER [ROWS [ROUNDS]]
    python benches/peers/reading.py grow target/release FOLDER

`compare` writes the files where they are missing (11.5 million rows unless ROWS says otherwise, shuffled, sorted, with
uuid ids, and touches), has each program do the same full work with two threads, compares the outputs customer by
customer, edge by edge, and only then reads times. Programs take turns within a round; each ratio is naata's figure
by the other's of the same round, and the median of the rounds is printed. CPU is user + system time of the whole
process, memory its peak. Between two programs is a pause: a machine that takes back what the one before had in use
does so at the cost of the next one. Polars is asked twice: `polars` scans the file and reads the three columns its
answer needs, `whole` reads all columns of all rows, as naata does. `grow` times a report of everything and commands
that hold rows on 1, 2, 5 and 10 million of them.
"""

import csv
import json
import os
import statistics
import subprocess
import sys
import time

# Seconds between two programs.
PAUSE = 3

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

WHOLE = POLARS.replace("pl.scan_csv", "pl.read_csv").replace(".select('customer'", ".lazy().select('customer'")

TOUCHES = """
import duckdb, json, sys
c = duckdb.connect()
c.execute("SET threads TO 2")
c.execute(f'''CREATE TEMP TABLE t AS SELECT customer, "at", activity
  FROM read_csv('{sys.argv[1]}', header = true, columns = {sys.argv[3]})''')
edges = c.execute('''SELECT activity, next, count(*), count(DISTINCT customer), median(epoch_us(later) - epoch_us("at"))
  FROM (SELECT customer, activity, "at", lead(activity) OVER w AS next, lead("at") OVER w AS later
        FROM t WINDOW w AS (PARTITION BY customer ORDER BY "at")) WHERE next IS NOT NULL GROUP BY ALL''').fetchall()
variants = c.execute('''SELECT count(*), max(n) FROM (SELECT path, count(*) AS n FROM
  (SELECT customer, string_agg(activity, '>' ORDER BY "at") AS path FROM t GROUP BY customer) GROUP BY path)''').fetchone()
json.dump({'edges': edges, 'variants': variants}, open(sys.argv[2], 'w'))
"""


def run(argv):
    """CPU seconds, seconds by the clock, and the peak in megabytes."""
    # Nobody has an older result to replace.
    for arg in argv:
        if os.path.basename(arg).startswith("out-") and os.path.exists(arg):
            os.remove(arg)
    start = time.perf_counter()
    child = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    if status != 0:
        raise SystemExit(f"{' '.join(argv[:3])} ended with {status}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024 / 1e6


def rows(path):
    with open(path, newline="", encoding="utf-8") as f:
        for r in csv.DictReader(f):
            yield r["customer"], r["first"][:10], r["last"][:10], int(r["frequency"]), r["total"], int(r["purchases"])


def same_summaries(a, b):
    n = 0
    for x, y in zip(rows(a), rows(b), strict=True):
        cents = lambda t: round(float(t) * 100)
        if x[:4] != y[:4] or cents(x[4]) != cents(y[4]) or x[5] != y[5]:
            raise SystemExit(f"outputs differ: {x} against {y}")
        n += 1
    return n


def same_touches(naata, duckdb):
    """Edges with their counts and customers, and the number of variants with that of the most frequent."""
    with open(naata, encoding="utf-8") as f:
        ours = json.load(f)["result"]
    with open(duckdb, encoding="utf-8") as f:
        theirs = json.load(f)
    a = sorted((e["from"], e["to"], e["count"], e["cases"]) for e in ours["edges"])
    b = sorted(tuple(e[:4]) for e in theirs["edges"])
    variants = [ours["counts"]["variants"], ours["variants"][0]["cases"]]
    if a != b or variants != theirs["variants"]:
        raise SystemExit(f"outputs differ: {len(a)} edges, variants {variants}, against {len(b)}, {theirs['variants']}")
    return len(a)


def columns(path, **types):
    with open(path, encoding="utf-8") as f:
        return str({h: "VARCHAR" for h in next(csv.reader(f))} | types)


def measure(name, commands, rounds, note):
    figures = {k: [] for k in commands}
    for _ in range(rounds):
        for key, command in commands.items():
            time.sleep(PAUSE)
            figures[key].append(run(command))
    print(f"{name}: {note}", flush=True)
    for key, runs in figures.items():
        cpu, wall, peak = (statistics.median(r[i] for r in runs) for i in range(3))
        ratio = [statistics.median(a[i] / b[i] for a, b in zip(figures["naata"], runs)) for i in range(2)]
        print(f"  {key:7} cpu {cpu:7.2f} s  wall {wall:7.2f} s  peak {peak:7.0f} MB"
              f"   naata/{key}: cpu {ratio[0]:.2f} wall {ratio[1]:.2f}", flush=True)


def compare(bin, folder, size, rounds):
    if not os.path.exists(os.path.join(folder, "touches.csv")):
        os.makedirs(folder, exist_ok=True)
        size = [str(size), str(max(size // 11, 1))] if size else []
        subprocess.run([os.path.join(bin, "bulk"), folder, *size], check=True)
    naata = os.path.join(bin, "naata")
    out = {k: os.path.join(folder, f"out-{k}.csv") for k in ("naata", "duckdb", "polars", "whole")}
    for name in ("purchases-shuffled.csv", "purchases.csv", "purchases-uuid.csv"):
        path = os.path.join(folder, name)
        commands = {
            "naata": [naata, "summary", "--purchases", path, "--format", "csv", "-o", out["naata"], "--threads", "2", "-q"],
            "duckdb": [sys.executable, "-c", DUCKDB, path, out["duckdb"], columns(path, date="DATE", amount="DECIMAL(18,2)")],
            "polars": [sys.executable, "-c", POLARS, path, out["polars"]],
            "whole": [sys.executable, "-c", WHOLE, path, out["whole"]],
        }
        for command in commands.values():
            run(command)
        n = same_summaries(out["naata"], out["duckdb"])
        same_summaries(out["naata"], out["polars"])
        same_summaries(out["naata"], out["whole"])
        measure(name, commands, rounds, f"{n} customers, outputs equal")
    path = os.path.join(folder, "touches.csv")
    commands = {
        "naata": [naata, "journey", "map", "--touches", path, "-o", out["naata"] + ".json", "--threads", "2", "-q"],
        "duckdb": [sys.executable, "-c", TOUCHES, path, out["duckdb"] + ".json", columns(path, at="TIMESTAMPTZ")],
    }
    for command in commands.values():
        run(command)
    n = same_touches(out["naata"] + ".json", out["duckdb"] + ".json")
    measure("touches.csv", commands, rounds, f"{n} edges, outputs equal")


def grow(bin, folder):
    naata = os.path.join(bin, "naata")
    print("command    rows      cpu s   s per million   peak MB   bytes a row beyond the first size", flush=True)
    first = {}
    for millions in (1, 2, 5, 10):
        data = os.path.join(folder, f"grow-{millions}")
        if not os.path.exists(os.path.join(data, "touches.csv")):
            os.makedirs(data, exist_ok=True)
            n = millions * 1_000_000
            subprocess.run([os.path.join(bin, "bulk"), data, str(n), str(n // 11)], check=True)
        purchases, touches = [os.path.join(data, name) for name in ("purchases-shuffled.csv", "touches.csv")]
        for command in ("summary", "pulse", "retention", "rfm", "report"):
            tables = ["--purchases", purchases] + (["--touches", touches] if command == "report" else [])
            out = os.path.join(data, "report.html" if command == "report" else "out.json")
            cpu, _, peak = run([naata, command, *tables, "-o", out, "--threads", "2", "-q"])
            first.setdefault(command, (millions, peak))
            rows, small = first[command]
            beyond = f"{(peak - small) / (millions - rows):10.0f}" if millions > rows else ""
            print(f"{command:9} {millions:3} M  {cpu:9.1f}  {cpu / millions:14.2f}  {peak:8.0f}  {beyond}", flush=True)


def main():
    match sys.argv[1:]:
        case ["compare", bin, folder, *rest]:
            compare(bin, folder, int(rest[0]) if rest else 0, int(rest[1]) if len(rest) > 1 else 3)
        case ["grow", bin, folder]:
            grow(bin, folder)
        case _:
            raise SystemExit(__doc__)


main()
