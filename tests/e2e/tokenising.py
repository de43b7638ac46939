"""The synthesised template with production's tokens in it, and nothing else of production: no key, no network, no reserve."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.e2e.deployment import ASSEMBLY, ROOT

DATA, SERVING = "GreenFraud-Data.template.json", "GreenFraud-Serving.template.json"
PROD = ROOT / ".local/templates/prod"
Template = dict[str, Any]


def tokenising_assembly(folder: Path) -> Path:
    """The assembly in a new folder, by links but for two templates: production's secret, its outputs, and who reads it."""
    folder.mkdir(parents=True)
    for entry in ASSEMBLY.iterdir():
        if entry.name not in (DATA, SERVING):
            (folder / entry.name).symlink_to(entry.resolve())
    for name, change in ((DATA, _with_secret), (SERVING, _with_reader)):
        template = change(_read(ASSEMBLY / name), _read(PROD / name))
        (folder / name).write_text(json.dumps(template), encoding="utf-8")
    return folder


def _read(file: Path) -> Template:
    template: Template = json.loads(file.read_text(encoding="utf-8"))
    return template


def _with_secret(template: Template, prod: Template) -> Template:
    for name, resource in prod["Resources"].items():
        if resource["Type"] == "AWS::SecretsManager::Secret":
            del resource["Properties"]["KmsKeyId"]
            template["Resources"][name] = resource
    template["Outputs"] |= {name: output for name, output in prod["Outputs"].items() if "IdKey" in json.dumps(output)}
    return template


def _with_reader(template: Template, prod: Template) -> Template:
    for name, resource in prod["Resources"].items():
        properties = resource.get("Properties", {})
        if "IdKey" not in json.dumps(properties):
            continue
        changed = template["Resources"][name]["Properties"]
        if resource["Type"] == "AWS::Lambda::Function":
            changed["Environment"]["Variables"]["ID_TOKENS"] = properties["Environment"]["Variables"]["ID_TOKENS"]
        if resource["Type"] == "AWS::IAM::Policy":
            statements = properties["PolicyDocument"]["Statement"]
            changed["PolicyDocument"]["Statement"] += [one for one in statements if "secretsmanager:" in json.dumps(one["Action"])]
    return template
