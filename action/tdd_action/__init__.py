"""The runner's side: plan, draft, work, prove, land, hear."""
