"""What the hub answers: its values as JSON of the shapes that GitHub documents."""
