"""Judgement: frozen values and pure functions. Standard library only; no clock, no file, no network."""
