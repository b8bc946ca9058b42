"""TDD Orchestrator: a PRD in a pull request becomes proven, landed code."""

__version__ = "0.1.0"
