"""The shared core of GreenFraud: records, features, bundles, policy, promotion and carbon, each existing once.

Standard library and mmh3 only, so that the same package is the Lambda layer and an installable library.
"""

from __future__ import annotations
