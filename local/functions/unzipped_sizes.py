"""Refuses functions and layers that are too large once they are unzipped, alone or together."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import LambdaBackend, LambdaFunction, LayerVersion

from local.functions.runtime_layer import MARKER, SIZE_FIELD
from local.limits import figure
from local.patches import replace


def unzipped_bytes(content: bytes) -> int:
    """The files of a zip, or what a layer's marker says of the whole layer."""
    if not content:
        return 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as source:
            marker = json.loads(source.read(MARKER)) if MARKER in source.namelist() else {}
            return int(marker.get(SIZE_FIELD) or sum(entry.file_size for entry in source.infolist()))
    except zipfile.BadZipFile as failure:
        message = "Could not unzip uploaded file. Please check your file, then try to upload again."
        raise InvalidParameterValueException(message) from failure


def check_alone(content: bytes) -> int:
    """The size of one zip; InvalidParameterValueException when it is too large by itself."""
    size, most = unzipped_bytes(content), figure("lambda_unzipped")
    if size > most:
        raise InvalidParameterValueException(f"Unzipped size must be smaller than {most} bytes")
    return size


def check_together(backend: LambdaBackend, function: LambdaFunction) -> None:
    """The function and its layers."""
    layers = [backend.layers_versions_by_arn(layer["Arn"]) for layer in function.layers]
    actual = check_alone(function.code_bytes) + sum(unzipped_bytes(layer.code_bytes) for layer in layers if layer)
    most = figure("lambda_unzipped")
    if actual > most:
        message = f"Function code combined with layers exceeds the maximum allowed size of {most} bytes."
        raise InvalidParameterValueException(f"{message} The actual size is {actual} bytes.")


def install() -> None:
    """Look at what was made, and take it back."""

    def create_function(backend: LambdaBackend, spec: dict[str, Any]) -> LambdaFunction:
        function = create(backend, spec)
        try:
            check_together(backend, function)
        except InvalidParameterValueException:
            backend.delete_function(function.function_name)
            raise
        return function

    def publish_layer_version(backend: LambdaBackend, spec: dict[str, Any]) -> LayerVersion:
        layer = publish(backend, spec)
        try:
            check_alone(layer.code_bytes)
        except InvalidParameterValueException:
            backend.delete_layer_version(layer.name, str(layer.version))
            raise
        return layer

    create = replace(LambdaBackend, "create_function", create_function)
    publish = replace(LambdaBackend, "publish_layer_version", publish_layer_version)
    for name in ("update_function_code", "update_function_configuration"):
        replace(LambdaBackend, name, undone_when_too_large(getattr(LambdaBackend, name)))


def undone_when_too_large(update: Any) -> Any:
    """The update of a function, which leaves it as it was when it is refused."""

    def run(backend: LambdaBackend, function_name: str, qualifier: str, body: dict[str, Any]) -> dict[str, Any] | None:
        function = backend.get_function(function_name, qualifier)
        before = {name: dict(value) if isinstance(value, dict) else value for name, value in function.__dict__.items()}
        answer: dict[str, Any] | None = update(backend, function_name, qualifier, body)
        try:
            check_together(backend, function)
        except InvalidParameterValueException:
            function.__dict__.update(before)
            raise
        return answer

    return run
