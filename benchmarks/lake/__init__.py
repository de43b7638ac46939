"""`make bench-lake`: how soon the features job begins after two years, from small files and from compacted days."""
