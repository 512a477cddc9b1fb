"""`python -m looprig`, and the command `looprig`."""

from rig.__main__ import main

if __name__ == "__main__":
    main()
