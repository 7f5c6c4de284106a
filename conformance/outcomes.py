"""What became of each target in the results of a run, over all its replications."""

from collections.abc import Mapping
from typing import Any


def outcomes(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The targets of a `results.json`, each with the verdict and reason that count.

    With replications these are the worst of all; value and margin stay those of replication 0.
    """
    targets = [dict(target) for target in results["targets"]]
    whole = results.get("replications", {"targets": targets})
    for target, over_all in zip(targets, whole["targets"], strict=True):
        target |= {"verdict": over_all["verdict"], "reason": over_all["reason"]}
    return targets
