"""The same jobs on the same Spark Connect server by PySpark: grouped maps in Arrow and in pandas.

Reads one JSON request a line, answers each with one JSON line. Usage: spark_peer.py REMOTE PARTITIONS
  {"job": "mean" | "echo", "api": "arrow" | "pandas", "path": PARQUET}
  {"job": "train", "path": PARQUET}
"""

import json
import sys
import time

import fanout_peer
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyspark import cloudpickle
from pyspark.sql import SparkSession

# Executors have no file of ours to import.
cloudpickle.register_pickle_by_value(fanout_peer)

MEAN = "g string, mean double"
ECHO = "g string, v double, w double"
SCORES = "segment string, cv double, holdout double"


def mean_arrow(table):
    return pa.table({"g": table["g"].slice(0, 1), "mean": pa.array([pc.mean(table["v"]).as_py()])})


def mean_pandas(frame):
    return pd.DataFrame({"g": [frame["g"].iloc[0]], "mean": [frame["v"].mean()]})


def echo(rows):
    return rows


def train(frame):
    features = [name for name in frame.columns if name.startswith("x")]
    y = (frame["label"] == "yes").to_numpy().astype(np.int64)
    _, cv, holdout = fanout_peer.segment(frame[features].to_numpy(), y)
    return pd.DataFrame({"segment": [frame["segment"].iloc[0]], "cv": [cv], "holdout": [holdout]})


def run(spark, request):
    job, rows = request["job"], spark.read.parquet(request["path"])
    if job == "train":
        columns = [name for name in rows.columns if name[0] in "xsl"]
        scores = rows.select(*columns).groupBy("segment").applyInPandas(train, SCORES).toPandas()
        return {"score": float(scores["cv"].mean()), "rows": len(scores)}
    groups = rows.select("g", "v", "w").groupBy("g")
    if job == "mean":
        answer = groups.applyInArrow(mean_arrow, MEAN) if request["api"] == "arrow" else groups.applyInPandas(mean_pandas, MEAN)
        table = answer.toArrow()
        return {"score": float(pc.mean(table["mean"]).as_py()), "rows": table.num_rows}
    answer = groups.applyInArrow(echo, ECHO) if request["api"] == "arrow" else groups.applyInPandas(echo, ECHO)
    return {"score": float(pc.mean(answer.toArrow()["v"]).as_py())}


def main():
    remote, partitions = sys.argv[1], sys.argv[2]
    spark = SparkSession.builder.remote(remote).create()
    # As Partita sets it: groups shared by all cores, none of them put together again.
    spark.conf.set("spark.sql.execution.pyspark.python", sys.executable)
    # PySpark 4.1.4 can not give back the table of a group that came in several batches (StructArray of a ChunkedArray).
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "65536")
    spark.conf.set("spark.sql.shuffle.partitions", partitions)
    spark.conf.set("spark.sql.adaptive.coalescePartitions.enabled", "false")
    for line in sys.stdin:
        started = time.perf_counter()
        answer = run(spark, json.loads(line))
        print(json.dumps({**answer, "seconds": time.perf_counter() - started}), flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
