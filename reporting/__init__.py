"""Pages that a person reads: their frame, and the report, the model card and the validation report of an execution."""
