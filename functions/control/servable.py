"""A model that the deployed scoring function can serve, or none is promoted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from greenfraud.bundle import BundleManifest
from greenfraud.control import ControlDocument
from greenfraud.errors import ContractError, UnservableError
from greenfraud.items import served as served_items
from greenfraud.items.served import Served


class Servable:
    """What the scoring function says of itself in the control table."""

    def __init__(self, client: Callable[[], Any], control_table: str) -> None:
        self._client = client
        self._table = control_table

    def served(self) -> Served:
        """Raises ContractError where no deployment said what is served, DamagedItem where it cannot be read."""
        item = self._client().get_item(TableName=self._table, Key=served_items.KEY, ConsistentRead=True).get("Item")
        if item is None:
            raise ContractError("no scoring function has said which features it computes; deploy the serving stack")
        return served_items.decode(item)

    def check_control(self, document: ControlDocument) -> None:
        """Raise UnknownSchemaError where the scoring function would not obey a document."""
        self.served().verify_control(document)

    def check(self, bundle: BundleManifest) -> None:
        """Raise an UnservableError that names each feature which the scoring function does not compute as the model learned it."""
        served = self.served()
        try:
            served.verify(bundle)
        except UnservableError as error:
            name = f"{bundle.family}/{bundle.version}"
            reason = f"the scoring function that answers cannot serve {name} (features {served.manifest_version}): {error}"
            raise type(error)(reason) from None
