"""What people and apps do on the hub: each act changes what it remembers and tells the world of it."""
