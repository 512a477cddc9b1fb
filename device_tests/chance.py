# Put in front of scripts that draw what they do by a seed; host/chance.py has the same.
class Chance:
    # The same numbers on every board: 16 bits, for small integers.
    def __init__(self, seed):
        self.state = seed

    def below(self, count):
        self.state = (self.state * 75 + 74) % 65537
        return (self.state >> 3) % count
