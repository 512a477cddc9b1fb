# Takes an uploaded overlay off the board.
import os


def remove(path):
    for entry in list(os.ilistdir(path)):
        inside = path + "/" + entry[0]
        if entry[1] == 0x4000:
            remove(inside)
        else:
            os.remove(inside)
    os.rmdir(path)


try:
    remove(params["path"])
except (OSError, AttributeError):  # none there, or no file system at all
    pass
