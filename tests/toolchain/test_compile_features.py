"""What Feast cannot serve is not compiled."""

from __future__ import annotations

import pytest

from greenfraud.errors import ContractError
from greenfraud.features.manifest import load_manifest
from tests.same_names import manifest
from toolchain.compile_features import refuse_shared_columns


def test_views_that_store_values_under_one_name_are_refused():
    """Feast would hand out the terminal's tiles as the customer's; the error names what to rename."""
    refuse_shared_columns(load_manifest())
    with pytest.raises(ContractError, match="more than one view stores ad1, ah1, d1, h1, last_us, o1, r1, report_us, w1, x1"):
        refuse_shared_columns(manifest())
