"""The same job by the peer's means: pandas, joblib, scikit-learn and LightGBM.

For every segment and for all rows together: a stratified 20 % holdout, 3 stratified folds, logistic regression, a forest
of 100 trees and boosting of 100 rounds; the best by out-of-fold accuracy is fitted again and scored on the holdout.
Prints one JSON line. Usage: fanout_peer.py DATA.csv JOBS
"""

import json
import os
import resource
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from lightgbm import LGBMClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

NAMES = ("logistic", "forest", "boosting")


def make(name):
    if name == "logistic":
        return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    if name == "forest":
        return RandomForestClassifier(100, n_jobs=1, random_state=7)
    return LGBMClassifier(n_estimators=100, num_leaves=31, learning_rate=0.1, min_child_samples=20,
                          n_jobs=1, random_state=7, verbose=-1)


def fit_fold(x, y, name, train, test):
    return make(name).fit(x[train], y[train]).predict(x[test])


def split(x, y):
    rest, held = train_test_split(np.arange(len(y)), test_size=0.2, stratify=y, random_state=7)
    folds = list(StratifiedKFold(3, shuffle=True, random_state=7).split(rest, y[rest]))
    return rest, held, folds


def finish(x, y, rest, held, cv):
    best = max(cv, key=cv.get)
    model = make(best).fit(x[rest], y[rest])
    return best, cv[best], float((model.predict(x[held]) == y[held]).mean())


def segment(x, y):
    rest, held, folds = split(x, y)
    cv = {}
    for name in NAMES:
        out = np.empty(len(rest), dtype=y.dtype)
        for train, test in folds:
            out[test] = fit_fold(x, y, name, rest[train], rest[test])
        cv[name] = float((out == y[rest]).mean())
    return finish(x, y, rest, held, cv)


def without_partition(x, y, jobs):
    rest, held, folds = split(x, y)
    parts = [(name, train, test) for name in reversed(NAMES) for train, test in folds]
    outs = Parallel(jobs)(delayed(fit_fold)(x, y, name, rest[train], rest[test]) for name, train, test in parts)
    cv = {}
    for name in NAMES:
        out = np.empty(len(rest), dtype=y.dtype)
        for (part, _, test), predicted in zip(parts, outs):
            if part == name:
                out[test] = predicted
        cv[name] = float((out == y[rest]).mean())
    return finish(x, y, rest, held, cv)


def main():
    path, jobs = sys.argv[1], int(sys.argv[2])
    started = time.time()
    table = pd.read_csv(path)
    features = [name for name in table.columns if name.startswith("x")]
    y = (table["label"] == "yes").to_numpy().astype(np.int64)
    x = table[features].to_numpy()
    groups = table.groupby("segment").indices
    results = Parallel(jobs)(delayed(segment)(x[rows], y[rows]) for rows in groups.values())
    # The key as a feature, as an integer code: what a one-hot of 200 segments would cost is not charged.
    keyed = np.column_stack([x, table["segment"].astype("category").cat.codes.to_numpy()])
    everywhere = without_partition(keyed, y, jobs)
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * jobs
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({
        "seconds": time.time() - started,
        "meanHoldout": float(np.mean([holdout for _, _, holdout in results])),
        "globalHoldout": everywhere[2],
        "peakMb": (own + children) / 1024,
    }))


if __name__ == "__main__":
    main()
