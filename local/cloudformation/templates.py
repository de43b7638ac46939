"""How moto reads templates: JSON first, from any S3 address, creating nothing while it reads."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlparse

from moto.cloudformation import responses
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import ChangeSet, Stack
from moto.cloudformation.parsing import ResourceMap
from moto.s3.models import s3_backends

from local.cloudformation.providers import PROVIDERS
from local.cloudformation.providers.resource import Resource
from local.context import Context
from local.patches import replace


def install(_: Context) -> None:
    """Parse JSON before YAML (ten times faster), accept any S3 address, and create no resource lazily."""
    parse_yaml = Stack.parse_template

    def parse_template(template: str) -> Any:
        return json.loads(template) if template.lstrip().startswith("{") else parse_yaml(template)

    def parse_change_set(self: ChangeSet) -> None:
        self.template_dict = parse_template(self.template)

    def standing_resource(self: ResourceMap, key: str) -> Any:
        if key in self._parsed_resources:
            return self._parsed_resources[key]
        if key in self._resource_json_map:
            return None  # its condition is false
        raise KeyError(key)

    def stack_resources(self: Stack) -> list[Resource]:
        return [entry for entry in self.resource_map._parsed_resources.values() if isinstance(entry, Resource)]

    replace(Stack, "parse_template", staticmethod(parse_template))
    replace(Stack, "stack_resources", property(stack_resources))
    replace(ChangeSet, "_parse_template", parse_change_set)
    replace(ResourceMap, "__getitem__", standing_resource)
    replace(responses, "get_stack_from_s3_url", template_from_url)
    keep_resolved_parameters()


def keep_resolved_parameters() -> None:
    """`UsePreviousValue` hands the resolved value of an SSM parameter back in as if it were the parameter's name."""
    resolve = ResourceMap.parse_ssm_parameter

    def parse_ssm_parameter(self: ResourceMap, value: str, value_type: str) -> Any:
        from moto.ssm import ssm_backends

        if ssm_backends[self._account_id][self._region_name].get_parameter(value) is None:
            return value
        return resolve(self, value, value_type)

    replace(ResourceMap, "parse_ssm_parameter", parse_ssm_parameter)


def template_from_url(url: str, account_id: str, partition: str) -> str:
    """The template at an S3 address, whether the bucket stands in the host or in the path."""
    address = urlparse(url)
    backend = s3_backends[account_id][partition]
    host, path = address.netloc.split(".")[0], unquote(address.path.lstrip("/"))
    bucket, key = (host, path) if host in backend.buckets else path.split("/", 1)
    found = backend.get_object(bucket, key)
    if found is None:
        message = f"S3 error: no template at {url}"
        raise ValidationError(message=message)
    return str(found.value.decode())


def check_types(template: str) -> None:
    """Refuse a template with a type that has no provider, before anything is created."""
    resources = Stack.parse_template(template).get("Resources", {})
    unknown = sorted({entry["Type"] for entry in resources.values()} - set(PROVIDERS))
    if unknown:
        message = f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]"
        raise ValidationError(message=message)
