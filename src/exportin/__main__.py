"""`python -m exportin` is the `exportin` command."""

from __future__ import annotations

from exportin.cli import main

if __name__ == "__main__":
    main()
