"""The two Lambda layers: our core as it stands in the repository, and the pinned third-party packages."""

from __future__ import annotations

import hashlib

from aws_cdk import AssetHashType, BundlingOptions, DockerImage, IgnoreMode, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk.components.layer_build import PYTHON_VERSION, LayerBuild
from cdk.components.source import NOISE, ROOT

RUNTIME = lambda_.Runtime.PYTHON_3_13
# Lambda's own runtime image is Amazon Linux 2023, glibc 2.34: manylinux_2_28 wheels are the newest that load there.
WHEEL_PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}


class Layers(Construct):
    """What every function finds on its path besides its own folder."""

    def __init__(self, scope: Construct, id_: str, *, architecture: str) -> None:
        super().__init__(scope, id_)
        self.core = self._layer("Core", _core_code(), architecture, "The greenfraud core")
        self.runtime = self._layer("Runtime", self._runtime_code(architecture), architecture, "Pinned third-party packages")
        self.all: list[lambda_.ILayerVersion] = [self.core, self.runtime]

    def _layer(self, id_: str, code: lambda_.Code, architecture: str, description: str) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self,
            id_,
            code=code,
            description=description,
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[lambda_architecture(architecture)],
        )

    def _runtime_code(self, architecture: str) -> lambda_.Code:
        folder = ROOT / "layers" / "runtime"
        build = LayerBuild(folder / "requirements.txt", WHEEL_PLATFORMS[architecture])
        # The hash is that of the pins and the platform, not of the build: a rebuild of the same pins is the same layer.
        return lambda_.Code.from_asset(
            str(folder),
            asset_hash_type=AssetHashType.CUSTOM,
            asset_hash=_pins_hash(build, is_built=Stack.of(self).bundling_required),
            bundling=BundlingOptions(image=DockerImage.from_registry("public.ecr.aws/sam/build-python3.13"), local=build),
        )


def lambda_architecture(name: str) -> lambda_.Architecture:
    """CDK's object for `arm64` or `x86_64`."""
    return {"arm64": lambda_.Architecture.ARM_64, "x86_64": lambda_.Architecture.X86_64}[name]


def _core_code() -> lambda_.Code:
    return lambda_.Code.from_asset(str(ROOT / "layers" / "greenfraud"), exclude=NOISE, ignore_mode=IgnoreMode.GIT)


def _pins_hash(build: LayerBuild, *, is_built: bool) -> str:
    """`cdk ls`, `bootstrap` and their like skip the build: what they leave must never pass for the layer, here or in S3."""
    state = "" if is_built else " not built"
    return hashlib.sha256(build.requirements.read_bytes() + f"{build.platform} {PYTHON_VERSION}{state}".encode()).hexdigest()
