"""A process that was started by another one and must not outlive it, however that one ends."""

import os
import signal
import threading
import time

#: Names in the environment the process id of `forum serve`, for the processes it starts.
SERVING = "FORUM_SERVING"
EVERY = 0.5
#: How long what is being done may take to end by itself.
PATIENCE = 10.0


def leave_with(process_id: int) -> None:
    """This process ends, at first kindly, once `process_id` is no longer its parent."""
    threading.Thread(target=_follow, args=(process_id,), name="parent", daemon=True).start()


def _follow(process_id: int) -> None:
    while os.getppid() == process_id:
        time.sleep(EVERY)
    # Told more than once: a process that is only just starting may not listen yet.
    for _ in range(int(PATIENCE / EVERY)):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(EVERY)
    os._exit(1)
