"""`python -m krtracker` is the command line; nothing else lives here."""

from krtracker.cli import main

if __name__ == "__main__":
    main()
