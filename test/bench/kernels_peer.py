"""What scikit-learn and LightGBM need for the fits of kernels.ts, on one thread: a line of JSON in, a line out."""

import json
import os
import sys
import time
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.svm import LinearSVC, LinearSVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

warnings.filterwarnings("ignore")

BATCH_ROWS, BATCHES = 10, 50
MLP = {"hidden_layer_sizes": (32,), "learning_rate_init": 0.003, "early_stopping": True, "n_iter_no_change": 30}


def logistic(parameters):
    if parameters.get("penalty") == "l1":
        return LogisticRegression(l1_ratio=1, solver="saga", tol=1e-4, max_iter=1000)
    return LogisticRegression(max_iter=1000)


def model_of(id, task, parameters):
    classes = task == "classification"
    makers = {
        "linear": lambda: LinearRegression(),
        "ridge": lambda: Ridge(),
        "lasso": lambda: Lasso(alpha=parameters["alpha"]),
        "elastic_net": lambda: ElasticNet(alpha=parameters["alpha"]),
        "logistic": lambda: logistic(parameters),
        "naive_bayes": lambda: GaussianNB(),
        "knn": lambda: KNeighborsClassifier() if classes else KNeighborsRegressor(),
        # Ours has probabilities from three inner fits.
        "svm": lambda: CalibratedClassifierCV(LinearSVC(dual=False), cv=3, ensemble=False)
        if classes
        else LinearSVR(loss="squared_epsilon_insensitive", dual=False, epsilon=0.1),
        "mlp": lambda: MLPClassifier(**MLP, random_state=7) if classes else MLPRegressor(**MLP, random_state=7),
        "decision_tree": lambda: DecisionTreeClassifier(random_state=7)
        if classes
        else DecisionTreeRegressor(random_state=7),
        "random_forest": lambda: RandomForestClassifier(random_state=7, n_jobs=1)
        if classes
        else RandomForestRegressor(min_samples_leaf=5, random_state=7, n_jobs=1),
        "extra_trees": lambda: ExtraTreesClassifier(random_state=7, n_jobs=1)
        if classes
        else ExtraTreesRegressor(min_samples_leaf=5, random_state=7, n_jobs=1),
        "gradient_boosting": lambda: (LGBMClassifier if classes else LGBMRegressor)(
            random_state=7, n_jobs=1, verbose=-1
        ),
    }
    return makers[id]() if id in makers else None


def cpu_ms(work, seconds):
    start, calls = time.process_time(), 0
    while True:
        work()
        calls += 1
        spent = time.process_time() - start
        if spent >= seconds:
            return 1000 * spent / calls


def measure(id, task, parameters, rows, held, columns, file, seconds):
    model = model_of(id, task, parameters)
    if model is None:
        return None
    numbers = np.fromfile(file)
    x = np.ascontiguousarray(numbers[: (rows + held) * columns].reshape(columns, rows + held).T)
    y = numbers[(rows + held) * columns :]
    if task == "classification":
        y = y.astype(np.int64)
    train, unseen = x[:rows], x[rows:]
    model.fit(train, y[:rows])
    answer = model.predict_proba if task == "classification" else model.predict
    batches = [unseen[i * BATCH_ROWS : (i + 1) * BATCH_ROWS] for i in range(min(BATCHES, held // BATCH_ROWS))]
    predicted = model.predict(unseen)
    truth = y[rows:]
    score = (predicted == truth).mean() if task == "classification" else np.sqrt(((predicted - truth) ** 2).mean())
    return {
        "rowMicros": 1000 * cpu_ms(lambda: answer(unseen), seconds) / held,
        "batchMicros": 1000 * cpu_ms(lambda: [answer(batch) for batch in batches], seconds) / len(batches),
        "score": float(score),
        "fitMs": cpu_ms(lambda: model.fit(train, y[:rows]), seconds),
    }


for line in sys.stdin:
    print(json.dumps(measure(**json.loads(line))), flush=True)
