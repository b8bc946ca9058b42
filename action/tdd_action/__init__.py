"""The runner's side: plan, work, prove, land."""
