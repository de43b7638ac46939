"""Where features are defined and managed: what is declared here, every engine computes."""

from __future__ import annotations
