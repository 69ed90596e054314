"""Times the lifetime-value models against lifetimes on the same histories, in the same run.

    pip install lifetimes
    cargo build --release -p naata-benches --bin clv
    python benches/peers/lifetime_value.py target/release/clv CDNOW_SUMMARY.csv

CDNOW_SUMMARY.csv has the columns ID, x, t_x, T (the published sample); that both find the same maximum there is held by
the tests. Times are those of the processor, so that a busy machine does not matter; memory is the peak of the whole
process, reading the file included.
"""

import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

warnings.filterwarnings("ignore")
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"


def ours(argv):
    child = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    out = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        raise SystemExit(f"{argv} ended with {status}")
    return [float(x) for x in out.split()], 1e3 * (usage.ru_utime + usage.ru_stime), usage.ru_maxrss / 1024


def per_fit(binary, model, file, times):
    """Milliseconds of the processor for one fit: reading the file, done once, falls out of the difference."""
    once, many = (ours([binary, "fit", model, file, str(n)])[1] for n in (1, 1 + times))
    return (many - once) / times


def theirs(model, rows, times):
    import numpy
    from lifetimes import BetaGeoFitter, ParetoNBDFitter

    x, t_x, age = (numpy.array(c) for c in zip(*rows))
    spans = []
    for _ in range(times):
        fitter = BetaGeoFitter() if model == "bg-nbd" else ParetoNBDFitter()
        start = time.process_time()
        fitter.fit(x, t_x, age)
        spans.append(1e3 * (time.process_time() - start))
    return statistics.median(spans)


def main(binary, cdnow, customers):
    with open(cdnow, newline="") as f:
        rows = [(float(r["x"]), float(r["t_x"]), float(r["T"])) for r in csv.DictReader(f)]
    print("| job | naata | lifetimes | ratio |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        small = os.path.join(folder, "cdnow.csv")
        with open(small, "w") as f:
            f.write("x,t_x,T\n" + "".join(f"{int(x)},{t!r},{a!r}\n" for x, t, a in rows))
        for model, times in (("bg-nbd", 15), ("pareto-nbd", 5)):
            mine = per_fit(binary, model, small, 41)
            other = theirs(model, rows, times)
            print(f"| {model} on CDNOW (2,357 customers) | {mine:.1f} ms | {other:.0f} ms | {other / mine:.0f} |", flush=True)
        large = os.path.join(folder, "large.csv")
        ours([binary, "draw", str(customers), "1", large])
        (_, _, _, distinct), _, memory = ours([binary, "fit", "bg-nbd", large, "1"])
        mine = per_fit(binary, "bg-nbd", large, 2)
        with open(large, newline="") as f:
            many = [(float(r["x"]), float(r["t_x"]), float(r["T"])) for r in csv.DictReader(f)]
        other = theirs("bg-nbd", many, 1)
        print(f"| bg-nbd on {customers:,} raw summaries ({distinct:,.0f} distinct), {memory:.0f} MB | {mine:.0f} ms "
              f"| {other:.0f} ms | {other / mine:.0f} |", flush=True)
        _, everything, _ = ours([binary, "value", large])
        print(f"| P(alive), purchases and twelve periods of value of {customers:,} customers, reading them included "
              f"| {everything:.0f} ms | | |")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000)
