"""The claims of a task, tried on trees: the same code for a worker's fresh work and for the proof from git."""
