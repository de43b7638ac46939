"""Everything GreenFraud owns in AWS, declared once; knows paths and handler names, imports nothing else of ours."""
