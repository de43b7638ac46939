"""What an account of Amazon Fraud Detector answers, by operation, in the shapes of AWS's service model."""

from __future__ import annotations

from typing import Any

from tests.afd_world import MODEL, VARIABLES, detector

POINT = {"fpr": 0.012, "precision": 0.5, "tpr": 0.55, "threshold": 900.0}
RULES = detector(
    ("trusted", '$card_bin in ["411111", "421111"]', "approve"),
    ("stolen", "$card_bin in @bad_bins", "block"),
    ("scored", "$m_insightscore > 900", "block"),
    ("dear", "$order_price > 15 and $order_price < 18", "high_risk"),
)
EVENT_TYPE = {"name": "sale", "eventVariables": ["card_bin"], "labels": ["fraud", "legit"], "entityTypes": ["customer"]}
ANSWERS: dict[str, dict[str, Any]] = {
    "GetVariables": {"variables": list(VARIABLES)},
    "GetEventTypes": {"eventTypes": [EVENT_TYPE]},
    "GetOutcomes": {"outcomes": [{"name": "block"}]},
    "GetLabels": {"labels": [{"name": "fraud"}]},
    "GetEntityTypes": {"entityTypes": [{"name": "customer"}]},
    "GetRules": RULES["rules"],
    "GetDetectorVersion": {**RULES["detector"], "externalModelEndpoints": ["elsewhere"]},
    "GetDetectors": {"detectors": [{"detectorId": "shop", "eventTypeName": "sale"}]},
    "DescribeDetector": {"detectorId": "shop", "detectorVersionSummaries": [{"detectorVersionId": "2", "status": "ACTIVE"}]},
    "GetModelVersion": MODEL,
    "DescribeModelVersions": {
        "modelVersionDetails": [
            {**MODEL, "trainingResultV2": {"trainingMetricsV2": {"tfi": {"metricDataPoints": [POINT]}}}},
            {**MODEL, "modelId": "n", "trainingResult": {"trainingMetrics": {"auc": 0.9, "metricDataPoints": [POINT]}}},
        ]
    },
    "GetModels": {"models": [{"modelId": "m", "eventTypeName": "sale"}]},
    "GetListsMetadata": {"lists": [{"name": "bad_bins", "variableType": "CARD_BIN"}]},
    "GetListElements": {"elements": ["441111"]},
    "GetExternalModels": {"externalModels": [{"modelEndpoint": "elsewhere", "modelSource": "SAGEMAKER"}]},
}
