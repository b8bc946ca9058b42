"""From hints to facts: a delivery says that something happened; the intake looks at GitHub and says what, as core
events.
"""
