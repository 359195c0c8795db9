"""`python -m openiads`."""

from openiads.cli.main import main

if __name__ == "__main__":
    main()
