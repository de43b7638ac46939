"""Queues, topics and their policies."""

from __future__ import annotations

from local.cloudformation.providers.resource import Properties, Provider, Resource


def create_queue(resource: Resource) -> None:
    """Create the queue; every property but the tags is an attribute of it."""
    name = resource.name()
    arguments = {"QueueName": name, "Attributes": resource.without("Tags"), **resource.only("Tags")}
    url = resource.call("sqs", "create_queue", arguments)["QueueUrl"]
    arn = resource.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    resource.identify(url, Arn=arn, QueueName=name)


def update_queue(resource: Resource, _: Properties) -> None:
    """Set the attributes anew."""
    arguments = {"QueueUrl": resource.physical_resource_id, "Attributes": resource.without("Tags")}
    resource.call("sqs", "set_queue_attributes", arguments)


def delete_queue(resource: Resource) -> None:
    """Delete it with its messages."""
    resource.client("sqs").delete_queue(QueueUrl=resource.physical_resource_id)


def put_queue_policy(resource: Resource, _: Properties | None = None) -> None:
    """Attach the policy to each queue."""
    attributes = {"Policy": resource.properties["PolicyDocument"]}
    for url in resource.properties["Queues"]:
        resource.call("sqs", "set_queue_attributes", {"QueueUrl": url, "Attributes": attributes})
    resource.identify(resource.name())


def create_topic(resource: Resource) -> None:
    """Create the topic; every property but the tags is an attribute of it."""
    arguments = {"Name": resource.name(), "Attributes": resource.without("Tags"), **resource.only("Tags")}
    resource.identify(resource.call("sns", "create_topic", arguments)["TopicArn"])


def update_topic(resource: Resource, _: Properties) -> None:
    """Set the attributes anew."""
    for name, value in resource.without("Tags").items():
        set_topic_attribute(resource, resource.physical_resource_id, name, value)


def set_topic_attribute(resource: Resource, arn: str, name: str, value: object) -> None:
    """Set one attribute of a topic."""
    resource.call("sns", "set_topic_attributes", {"TopicArn": arn, "AttributeName": name, "AttributeValue": value})


def delete_topic(resource: Resource) -> None:
    """Delete the topic."""
    resource.client("sns").delete_topic(TopicArn=resource.physical_resource_id)


def put_topic_policy(resource: Resource, _: Properties | None = None) -> None:
    """Attach the policy to each topic."""
    for arn in resource.properties["Topics"]:
        set_topic_attribute(resource, arn, "Policy", resource.properties["PolicyDocument"])
    resource.identify(resource.name())


def subscribe(resource: Resource) -> None:
    """Subscribe an address to a topic; mail is recorded and sent to nobody."""
    resource.identify(resource.call("sns", "subscribe", {**resource.properties, "ReturnSubscriptionArn": True})["SubscriptionArn"])


def unsubscribe(resource: Resource) -> None:
    """Take the address off the topic."""
    resource.client("sns").unsubscribe(SubscriptionArn=resource.physical_resource_id)


PROVIDERS = (
    Provider("AWS::SQS::Queue", create_queue, update_queue, delete_queue),
    Provider("AWS::SQS::QueuePolicy", put_queue_policy, put_queue_policy),
    Provider("AWS::SNS::Topic", create_topic, update_topic, delete_topic),
    Provider("AWS::SNS::Subscription", subscribe, delete=unsubscribe),
    Provider("AWS::SNS::TopicPolicy", put_topic_policy, put_topic_policy),
)
