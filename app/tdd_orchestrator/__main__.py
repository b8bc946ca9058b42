"""`python -m tdd_orchestrator` is `tdd`."""

from tdd_orchestrator.cli import main

if __name__ == "__main__":
    main()
