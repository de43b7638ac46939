"""Queues, topics, subscriptions and their policies."""

from __future__ import annotations

from local.cloudformation.providers.resource import Properties, Provider, Resource


def create_queue(resource: Resource) -> None:
    """Create the queue; every other property is an attribute of it."""
    name = resource.name("QueueName")
    arguments = {"QueueName": name, "Attributes": queue_attributes(resource), **resource.only("Tags")}
    url = resource.call("sqs", "create_queue", arguments)["QueueUrl"]
    arn = resource.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    resource.identify(url, Arn=arn, QueueName=name, QueueUrl=url)


def queue_attributes(resource: Resource) -> Properties:
    """Attributes of the queue, in CloudFormation's types."""
    return resource.without("QueueName", "Tags")


def update_queue(resource: Resource, _: Properties) -> None:
    """Set the attributes anew."""
    arguments = {"QueueUrl": resource.physical_resource_id, "Attributes": queue_attributes(resource)}
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
    """Create the topic and the subscriptions declared inside it."""
    name = resource.name("TopicName")
    attributes = resource.without("TopicName", "Subscription", "Tags")
    arguments = {"Name": name, "Attributes": attributes, **resource.only("Tags")}
    arn = resource.call("sns", "create_topic", arguments)["TopicArn"]
    resource.identify(arn, TopicArn=arn, TopicName=name)
    for subscription in resource.properties.get("Subscription", []):
        resource.call("sns", "subscribe", {"TopicArn": arn, **subscription})


def update_topic(resource: Resource, _: Properties) -> None:
    """Set the attributes anew."""
    for name, value in resource.without("TopicName", "FifoTopic", "Tags").items():
        arguments = {"TopicArn": resource.physical_resource_id, "AttributeName": name, "AttributeValue": value}
        resource.call("sns", "set_topic_attributes", arguments)


def delete_topic(resource: Resource) -> None:
    """Delete it with its subscriptions."""
    resource.client("sns").delete_topic(TopicArn=resource.physical_resource_id)


def put_topic_policy(resource: Resource, _: Properties | None = None) -> None:
    """Attach the policy to each topic."""
    policy = {"AttributeName": "Policy", "AttributeValue": resource.properties["PolicyDocument"]}
    for arn in resource.properties["Topics"]:
        resource.call("sns", "set_topic_attributes", {"TopicArn": arn, **policy})
    resource.identify(resource.name())


SUBSCRIBED_WITH = ("TopicArn", "Protocol", "Endpoint")


def create_subscription(resource: Resource) -> None:
    """Subscribe; anything but topic, protocol and endpoint is an attribute."""
    arguments = {
        **resource.only(*SUBSCRIBED_WITH),
        "Attributes": resource.without(*SUBSCRIBED_WITH, "Region"),
        "ReturnSubscriptionArn": True,
    }
    arn = resource.call("sns", "subscribe", arguments)["SubscriptionArn"]
    resource.identify(arn, Arn=arn)


def update_subscription(resource: Resource, _: Properties) -> None:
    """Set the attributes anew; topic, protocol and endpoint replace."""
    for name, value in resource.without(*SUBSCRIBED_WITH, "Region").items():
        arguments = {"SubscriptionArn": resource.physical_resource_id, "AttributeName": name, "AttributeValue": value}
        resource.call("sns", "set_subscription_attributes", arguments)


def delete_subscription(resource: Resource) -> None:
    """Unsubscribe."""
    resource.client("sns").unsubscribe(SubscriptionArn=resource.physical_resource_id)


PROVIDERS = (
    Provider(
        type="AWS::SQS::Queue",
        create=create_queue,
        update=update_queue,
        delete=delete_queue,
        replaced_by=frozenset({"QueueName", "FifoQueue"}),
    ),
    Provider(type="AWS::SQS::QueuePolicy", create=put_queue_policy, update=put_queue_policy),
    Provider(
        type="AWS::SNS::Topic",
        create=create_topic,
        update=update_topic,
        delete=delete_topic,
        replaced_by=frozenset({"TopicName", "FifoTopic", "Subscription"}),
    ),
    Provider(type="AWS::SNS::TopicPolicy", create=put_topic_policy, update=put_topic_policy),
    Provider(
        type="AWS::SNS::Subscription",
        create=create_subscription,
        update=update_subscription,
        delete=delete_subscription,
        replaced_by=frozenset(SUBSCRIBED_WITH),
    ),
)
