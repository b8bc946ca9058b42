"""GraphQL, as far as an app of ours needs it."""
