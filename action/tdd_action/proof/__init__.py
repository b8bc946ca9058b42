"""The proof from git alone: what commits claim is tried again, and what was found is written down."""
