# Does a thread that is started run? Asked once: what emulates one core has the module, and hangs.
import _thread
import time

done = []
_thread.start_new_thread(done.append, (1,))
while not done:
    time.sleep_ms(1)
emit("ran")
