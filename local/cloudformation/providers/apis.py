"""HTTP APIs (API Gateway v2): api, integration, route, stage, authorizer."""

from __future__ import annotations

from local.cloudformation.providers.resource import Properties, Provider, Resource

SERVICE = "apigatewayv2"


def create_api(resource: Resource) -> None:
    """Create the API; its requests are answered by the HTTP front."""
    made = resource.call(SERVICE, "create_api", {"Name": resource.name(), **resource.properties})
    resource.identify(made["ApiId"], ApiId=made["ApiId"], ApiEndpoint=made["ApiEndpoint"])


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
    """Replace the stage's settings: moto's update of stages is missing, so it is made again under its name."""
    delete_stage(resource)
    create_stage(resource)


def delete_stage(resource: Resource) -> None:
    """Delete the stage, unless it went with its API."""
    names = {"ApiId": resource.properties["ApiId"], "StageName": resource.physical_resource_id}
    client = resource.client(SERVICE)
    try:
        client.delete_stage(**names)
    except client.exceptions.NotFoundException:
        return


def part(kind: str) -> Provider:
    """Integrations, routes and authorizers have the same life: made in an API, changed in place, deleted."""
    name, identifier = kind.lower(), f"{kind}Id"

    def create(resource: Resource) -> None:
        made = resource.call(SERVICE, f"create_{name}", resource.properties)
        resource.identify(made[identifier], **{identifier: made[identifier]})

    def update(resource: Resource, _: Properties) -> None:
        resource.call(SERVICE, f"update_{name}", {identifier: resource.physical_resource_id, **resource.properties})

    def delete(resource: Resource) -> None:
        client = resource.client(SERVICE)
        names = {"ApiId": resource.properties["ApiId"], identifier: resource.physical_resource_id}
        try:
            getattr(client, f"delete_{name}")(**names)
        except client.exceptions.NotFoundException:  # it went with its API
            return

    type_ = f"AWS::ApiGatewayV2::{kind}"
    return Provider(type=type_, create=create, update=update, delete=delete, replaced_by=frozenset({"ApiId"}))


PROVIDERS = (
    Provider(
        type="AWS::ApiGatewayV2::Api",
        create=create_api,
        update=update_api,
        delete=delete_api,
        replaced_by=frozenset({"ProtocolType"}),
    ),
    part("Integration"),
    part("Route"),
    part("Authorizer"),
    Provider(
        type="AWS::ApiGatewayV2::Stage",
        create=create_stage,
        update=update_stage,
        delete=delete_stage,
        replaced_by=frozenset({"ApiId", "StageName"}),
    ),
)
