"""No training-serving skew, proven by replay: what was scored live equals, bit for bit, what training reads.

Every transaction of a stretch of history goes through the scoring function's own handler, its decision through the
table's stream into the ingestion function's own handler, and every fraud report through the same API and stream when its
time comes: duplicated, throttled, cut off by crashes, and reordered wherever no score can tell.
"""
