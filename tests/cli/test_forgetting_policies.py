"""Who stands on lists of the policy and is to be forgotten: what decides is refused, what decided before goes."""

from __future__ import annotations

import pytest
from forgettable_platform import World, named_in

from cli.errors import CommandError
from cli.forgetting.forget import forget
from greenfraud.control import ControlDocument
from greenfraud.items import control as control_items
from greenfraud.policy.document import read_document
from greenfraud.policy.stored import to_object

DOCUMENT = """version = "{name}"

[thresholds]
review_at = 0.3
block_at = 0.8

[[lists]]
name = "bad-ones"
column = "customer"
effect = "force"
outcome = "block"
entries = [{{ id = "{customer}", reason = "chargebacks", author = "ada" }}]
"""


def apply_policy(world: World, name: str, customer: str, *, in_force: bool) -> str:
    """Store a policy with a list of customers, as its document is read; the key of its object."""
    policy = read_document(DOCUMENT.format(name=name, customer=customer), now_us=0).applicable()
    reference, content = to_object(policy)
    world.put("artifacts", reference.key, content)
    if in_force:
        document = ControlDocument(revision=1, policy_object=reference)
        for index in range(control_items.COPIES):
            world.dynamodb.put_item(TableName="controltable", Item=control_items.encode(document, index))
    return reference.key


def test_who_stands_on_a_list_in_force_is_refused_before_anything_is_cut(world, person, screen):
    """The policy that decides cannot lose its object; somebody applies one without the entry first."""
    apply_policy(world, "ours-1", person, in_force=True)
    with pytest.raises(CommandError, match="stands on bad-ones of the policy in force, ours-1"):
        forget(world.target, screen, person)
    assert named_in(world, person)


def test_a_refusal_opens_no_request(world, person, screen):
    """Or what the customer pays until another policy is applied would be a stranger's, and keep the name."""
    apply_policy(world, "ours-1", person, in_force=True)
    before = world.items("receiptstable")
    with pytest.raises(CommandError):
        forget(world.target, screen, person)
    assert world.items("receiptstable") == before


@pytest.mark.parametrize("world", ["short ids", "tokens"], indirect=True)
def test_a_policy_of_before_that_names_the_person_goes_with_all_its_versions(world, person, screen):
    """Its digest is its name, so it cannot be written anew; one that names others stays."""
    named = apply_policy(world, "ours-1", person, in_force=False)
    kept = apply_policy(world, "ours-2", "somebody else", in_force=True)
    forget(world.target, screen, person)
    keys = {key for _, key, _ in world.contents()}
    assert (named in keys, kept in keys) == (False, True)
    assert named_in(world, person) == []
