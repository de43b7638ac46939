"""`make bench-features`: the offline builder against pandas and numpy, from Parquet to Parquet."""
