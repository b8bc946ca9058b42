"""Examines an installed App, from this machine out to the repository, and says what to mend. It changes nothing."""
