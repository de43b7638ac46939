"""Plans one run of the pipeline: which chunks each family trains, from which parent, judged on which holdout."""
