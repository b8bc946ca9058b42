"""The served App: deliveries in, rounds beside them, health and metrics out, and its set-up in a browser."""
