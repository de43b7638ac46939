"""How far an execution of the pipeline has come, told from its history and its plan."""
