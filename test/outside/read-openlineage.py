"""Makes, with OpenLineage's own classes (which are generated from its schema), every event and facet of a file of events:
a field that they do not know, or miss, ends it. Writes how many of each it has read."""
import collections
import importlib
import json
import pkgutil
import sys

import openlineage.client.generated as generated
from openlineage.client import event_v2

FACETS = {}
for module in pkgutil.iter_modules(generated.__path__):
    for name, one in vars(importlib.import_module(f"{generated.__name__}.{module.name}")).items():
        if isinstance(one, type):
            FACETS.setdefault(name, one)

counted = collections.Counter()


def facets(given):
    for facet in (given or {}).values():
        name = facet["_schemaURL"].split("/")[-1]
        if facet["_schemaURL"].startswith("https://openlineage.io/"):
            fields = {key: value for key, value in facet.items() if not key.startswith("_")}
            made = FACETS[name](**fields)
            expected = made._get_schema().split("#")[0]
            assert facet["_schemaURL"].split("#")[0] == expected, (facet["_schemaURL"], expected)
        counted[name] += 1


def dataset(kind, given, more):
    facets(given["facets"])
    facets(given.get(more))
    return kind(namespace=given["namespace"], name=given["name"])


for line in open(sys.argv[1]):
    event = json.loads(line)
    facets(event["run"]["facets"])
    facets(event["job"]["facets"])
    made = event_v2.RunEvent(
        eventTime=event["eventTime"],
        eventType=event_v2.RunState[event["eventType"]],
        run=event_v2.Run(runId=event["run"]["runId"]),
        job=event_v2.Job(namespace=event["job"]["namespace"], name=event["job"]["name"]),
        producer=event["producer"],
        inputs=[dataset(event_v2.InputDataset, one, "inputFacets") for one in event["inputs"]],
        outputs=[dataset(event_v2.OutputDataset, one, "outputFacets") for one in event["outputs"]],
    )
    assert made._get_schema() == event["schemaURL"], made._get_schema()
    counted[event["eventType"]] += 1
json.dump(counted, sys.stdout)
