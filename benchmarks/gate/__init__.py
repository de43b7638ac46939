"""How often the gate promotes whom it should not, and whom it should: challengers of known truth on generated weeks.

Every week goes through the evaluate job's own entry point: a lake and a bucket in memory, bundles whose ONNX graph hands through
the score that the week's file holds for them, the policy, the segments. Then the gate decides.
"""
