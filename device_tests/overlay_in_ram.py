# An overlay's modules in RAM, mounted as files: `_overlay` maps a path to its bytes, which are
# compressed where `_overlay_bits` is not 0. Sent before a script to a board whose file system
# cannot hold them.
import io

try:
    from vfs import mount as _mount
except ImportError:  # MicroPython before 1.23
    from os import mount as _mount


class _Overlay:
    def mount(self, readonly, mkfs):
        pass

    def umount(self):
        pass

    def stat(self, path):
        path = path.strip("/")
        if path in _overlay:
            return (0x8000, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        for name in _overlay:
            if name.startswith(path + "/"):
                return (0x4000, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        raise OSError(2)

    def open(self, path, mode):
        path = path.strip("/")
        if path not in _overlay:
            raise OSError(2)
        file = io.BytesIO(_overlay[path])
        if not _overlay_bits:
            return file
        import deflate

        return deflate.DeflateIO(file, deflate.RAW, _overlay_bits)


_mount(_Overlay(), "/looprig_ram")
