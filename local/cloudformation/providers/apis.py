"""HTTP APIs (API Gateway v2): api, integration, route, stage."""

from __future__ import annotations

import re

from local.cloudformation.providers.resource import Properties, Provider, Resource

SERVICE = "apigatewayv2"


def create_api(resource: Resource) -> None:
    """Create the API; `local.http.api` answers its requests."""
    made = resource.call(SERVICE, "create_api", resource.properties)
    resource.identify(made["ApiId"], ApiEndpoint=made["ApiEndpoint"])


def update_api(resource: Resource, _: Properties) -> None:
    """Change it in place; the id and so the address stay."""
    arguments = resource.without("ProtocolType", "Tags")
    resource.call(SERVICE, "update_api", {"ApiId": resource.physical_resource_id, **arguments})


def delete_api(resource: Resource) -> None:
    """Delete it with its routes, integrations and stages."""
    resource.client(SERVICE).delete_api(ApiId=resource.physical_resource_id)


def create_stage(resource: Resource) -> None:
    """Create the stage, named by the template."""
    resource.call(SERVICE, "create_stage", resource.properties)
    resource.identify(resource.properties["StageName"])


def update_stage(resource: Resource, _: Properties) -> None:
    """Replace the stage's settings: moto cannot update a stage, so it is made again under its name."""
    delete_part(resource, "stage", "StageName")
    create_stage(resource)


def delete_part(resource: Resource, name: str, identifier: str) -> None:
    """Delete a part of an API, unless it went with its API."""
    client = resource.client(SERVICE)
    try:
        getattr(client, f"delete_{name}")(**resource.only("ApiId"), **{identifier: resource.physical_resource_id})
    except client.exceptions.NotFoundException:
        return


def check_route_key(key: str) -> None:
    """Raise ValueError for a path that `local.http.api` does not match."""
    segments = key.partition(" ")[2].split("/")
    if any("{" in one and not re.fullmatch(r"\{\w+\}", one) for one in [*segments[:-1], segments[-1].replace("+}", "}")]):
        raise ValueError(f"{key}: a parameter is one whole segment of a path, and a greedy one the last")


def part(kind: str) -> Provider:
    """Integrations and routes have the same life: made in an API, changed in place, deleted."""
    name, identifier = kind.lower(), f"{kind}Id"

    def create(resource: Resource) -> None:
        check_route_key(resource.properties.get("RouteKey", ""))
        resource.identify(resource.call(SERVICE, f"create_{name}", resource.properties)[identifier])

    def update(resource: Resource, _: Properties) -> None:
        check_route_key(resource.properties.get("RouteKey", ""))
        resource.call(SERVICE, f"update_{name}", {identifier: resource.physical_resource_id, **resource.properties})

    def delete(resource: Resource) -> None:
        delete_part(resource, name, identifier)

    return Provider(f"AWS::ApiGatewayV2::{kind}", create, update, delete, replaced_by=("ApiId",))


PROVIDERS = (
    Provider("AWS::ApiGatewayV2::Api", create_api, update_api, delete_api, replaced_by=("ProtocolType",)),
    part("Integration"),
    part("Route"),
    Provider(
        "AWS::ApiGatewayV2::Stage",
        create_stage,
        update_stage,
        lambda resource: delete_part(resource, "stage", "StageName"),
        replaced_by=("ApiId", "StageName"),
    ),
)
