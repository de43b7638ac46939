"""The page on carbon is made from the constants that carbon is counted by."""

from __future__ import annotations

from pathlib import Path

from cdk.settings import Settings
from cli.carbon.method_page import method_page
from greenfraud.carbon import INTENSITY_G_PER_KWH

ROOT = Path(__file__).parents[2]


def test_the_page_is_what_the_constants_say():
    """`python -m cli.carbon.method_page > docs/carbon.md` after a change of one."""
    assert (ROOT / "docs/carbon.md").read_text(encoding="utf-8") == method_page()


def test_a_deployment_counts_by_the_grid_of_its_region():
    """The setting's default is the table's figure of the home region, so that its source, year and date are on record."""
    settings = Settings()
    assert settings.grid_intensity_g_per_kwh == INTENSITY_G_PER_KWH[settings.region].g_per_kwh
