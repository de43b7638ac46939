"""CloudFormation and the CDK's deployment: stacks, change sets, assets, one provider per resource type."""
