"""Reads, with MLflow's own client, the runs of an experiment: what they say, and what their models predict of the rows given
as JSON on standard input. Writes JSON."""
import json
import sys

import mlflow
import pandas as pd

uri, experiment = sys.argv[1:]
rows = pd.DataFrame(json.load(sys.stdin))
# MLflow hands columns to onnxruntime as they are, which knows no text of pandas' own kind.
rows = rows.astype({name: object for name in rows if not pd.api.types.is_numeric_dtype(rows[name])})
mlflow.set_tracking_uri(uri)
client = mlflow.MlflowClient()
found = client.search_runs([client.get_experiment_by_name(experiment).experiment_id], max_results=1000)

def predicted(run):
    if not any(one.path == "model" for one in client.list_artifacts(run.info.run_id)):
        return None
    address = f"runs:/{run.info.run_id}/model"
    flavors = mlflow.models.get_model_info(address).flavors
    if "onnx" not in flavors:
        return {"flavors": sorted(flavors)}
    mlflow.onnx.load_model(address)
    answers = mlflow.pyfunc.load_model(address).predict(rows)
    return {"flavors": sorted(flavors), "answers": answers.to_dict("list")}

json.dump(
    [
        {
            "id": run.info.run_id,
            "name": run.info.run_name,
            "status": run.info.status,
            "params": run.data.params,
            "metrics": run.data.metrics,
            "tags": run.data.tags,
            "files": sorted(one.path for one in client.list_artifacts(run.info.run_id)),
            "model": predicted(run),
        }
        for run in found
    ],
    sys.stdout,
)
