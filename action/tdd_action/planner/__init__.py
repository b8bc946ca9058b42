"""The model's planning pass: what it is told, what it may answer, and how an answer becomes a plan."""
