"""Flights from New York in 2013, and what the peer makes of them: pandas, joblib, scikit-learn and LightGBM.

    flights_peer.py table PACKAGE ROWS TARGET OUT.csv
    flights_peer.py train DATA.csv KEY TARGET OOF.csv HOLDOUT.csv JOBS

`table` draws rows of the package's table and writes what is known when a flight leaves, and one target: how many minutes
it arrives late (`arr_delay`), or whether more than 15 (`late`). `train` makes, for every partition and for all rows
together, a line, a forest of 100 trees and boosting of 100 rounds on the folds that it is given; the best of them by
out-of-fold score is fitted again and scored on the holdout, partition by partition. Prints one JSON line.
"""

import glob
import json
import os
import sys
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")

NUMBERS = ["month", "day", "weekday", "hour", "minute", "sched_arr_time", "dep_delay", "distance"]
TEXTS = ["origin", "carrier", "dest"]
NAMES = ("line", "forest", "boosting")


def table(package, rows, target, out):
    [path] = glob.glob(f"{package}/**/flights.csv*", recursive=True)
    flights = pd.read_csv(path).dropna(subset=["arr_delay", "dep_delay"])
    flights["id"] = [f"f{number}" for number in range(len(flights))]
    flights["weekday"] = pd.to_datetime(flights[["year", "month", "day"]]).dt.weekday
    flights["late"] = np.where(flights["arr_delay"] > 15, "yes", "no")
    if int(rows) < len(flights):
        flights = flights.sample(int(rows), random_state=7)
    flights[["id", *NUMBERS, *TEXTS, target]].to_csv(out, index=False)


def make(name, target, columns):
    from lightgbm import LGBMClassifier, LGBMRegressor
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    classes = target == "late"
    if name == "boosting":
        return (LGBMClassifier if classes else LGBMRegressor)(n_estimators=100, n_jobs=1, random_state=7, verbose=-1)
    if name == "forest":
        if classes:
            return RandomForestClassifier(100, n_jobs=1, random_state=7)
        return RandomForestRegressor(100, min_samples_leaf=5, n_jobs=1, random_state=7)
    texts = [column for column in columns if column in TEXTS]
    ready = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), texts), remainder=StandardScaler()
    )
    return make_pipeline(ready, LogisticRegression(max_iter=1000) if classes else Ridge())


def matrix(name, x):
    """Trees of scikit-learn take the places of texts in their order, LightGBM the texts themselves."""
    if name != "forest":
        return x
    return x.assign(**{text: x[text].cat.codes for text in TEXTS if text in x})


def fit(name, target, x, y):
    return make(name, target, list(x.columns)).fit(matrix(name, x), y)


def predict(model, name, target, x):
    given = matrix(name, x)
    return model.predict_proba(given)[:, -1] if target == "late" else model.predict(given)


def score(target, truth, predicted):
    from sklearn.metrics import roc_auc_score, root_mean_squared_error

    if target != "late":
        return float(root_mean_squared_error(truth, predicted))
    return float(roc_auc_score(truth, predicted)) if 0 < truth.mean() < 1 else None


def fit_fold(name, target, x, y, train, test):
    # A fold whose training rows are of one class has nothing to learn.
    if target == "late" and len(set(y[train])) < 2:
        return np.full(len(test), y[train].mean())
    return predict(fit(name, target, x.iloc[train], y[train]), name, target, x.iloc[test])


def best_of(cv, target):
    known = {name: value for name, value in cv.items() if value is not None}
    return (max if target == "late" else min)(known, key=known.get) if known else NAMES[0]


def splits(fold):
    training = np.flatnonzero(fold >= 0)
    return [
        (training[fold[training] != k], training[fold[training] == k]) for k in np.unique(fold[training])
    ]


def segment(x, y, fold, target):
    cv = {}
    training = np.flatnonzero(fold >= 0)
    for name in NAMES:
        out = np.full(len(y), np.nan)
        for train, test in splits(fold):
            out[test] = fit_fold(name, target, x, y, train, test)
        cv[name] = score(target, y[training], out[training])
    return finish(x, y, fold, target, cv)


def finish(x, y, fold, target, cv):
    best = best_of(cv, target)
    held = np.flatnonzero(fold < 0)
    return {"cv": cv, "best": best, "held": fit_fold(best, target, x, y, np.flatnonzero(fold >= 0), held)}


def without_partition(x, y, fold, target, parallel, delayed):
    parts = [(name, train, test) for name in reversed(NAMES) for train, test in splits(fold)]
    outs = parallel(delayed(fit_fold)(name, target, x, y, train, test) for name, train, test in parts)
    training = np.flatnonzero(fold >= 0)
    cv = {}
    for name in NAMES:
        out = np.full(len(y), np.nan)
        for (part, _, test), predicted in zip(parts, outs):
            if part == name:
                out[test] = predicted
        cv[name] = score(target, y[training], out[training])
    return finish(x, y, fold, target, cv)


def train(data, key, target, oof, holdout, jobs):
    from joblib import Parallel, delayed

    flights = pd.read_csv(data, dtype={text: "category" for text in TEXTS}, keep_default_na=False)
    folds = pd.concat([pd.read_csv(oof), pd.read_csv(holdout).assign(fold=-1)], ignore_index=True)
    flights["fold"] = flights["id"].map(folds.drop_duplicates("id").set_index("id")["fold"])
    flights = flights.dropna(subset=["fold"]).reset_index(drop=True)
    fold = flights["fold"].to_numpy().astype(int)
    y = (flights[target] == "yes").to_numpy().astype(int) if target == "late" else flights[target].to_numpy()
    x = flights[NUMBERS + TEXTS]
    own = set(folds.loc[folds["scope"] == "own", "partition"])
    groups = {text: rows for text, rows in flights.groupby(key, observed=True).indices.items() if f"{key}={text}" in own}
    parallel = Parallel(int(jobs))
    fitted = parallel(
        delayed(segment)(x.iloc[rows].drop(columns=key), y[rows], fold[rows], target) for rows in groups.values()
    )
    everywhere = without_partition(x, y, fold, target, parallel, delayed)
    said = pd.Series(everywhere["held"], index=np.flatnonzero(fold < 0))
    partitions = {}
    for (text, rows), one in zip(groups.items(), fitted):
        held = rows[fold[rows] < 0]
        partitions[f"{key}={text}"] = {
            "cv": one["cv"],
            "best": one["best"],
            "holdout": score(target, y[held], one["held"]),
            "global": score(target, y[held], said[held].to_numpy()),
        }
    print(json.dumps({"partitions": partitions, "globalBest": everywhere["best"]}))


if __name__ == "__main__":
    {"table": table, "train": train}[sys.argv[1]](*sys.argv[2:])
