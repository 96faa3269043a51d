"""A call of foreign code that may take its time, or never come back."""

import queue
import threading

#: So many such calls may be under way, hung ones too: more are not begun.
MOST_AT_ONCE = 2

_free = threading.BoundedSemaphore(MOST_AT_ONCE)


def call_within(seconds, function, *args):
    """Return what ``function`` does, if it comes back in time.

    A thread cannot be stopped: one that hangs stays behind, and takes the place of
    another call until it ends.

    :raise TimeoutError: it took longer, or too many are under way
    """
    if not _free.acquire(blocking=False):
        raise TimeoutError
    answer = queue.SimpleQueue()

    def work():
        try:
            answer.put((True, function(*args)))
        except Exception as error:
            answer.put((False, error))
        except BaseException as error:
            # Whoever leaves the thread does not leave the caller's.
            answer.put((False, RuntimeError(type(error).__name__)))
        finally:
            _free.release()

    threading.Thread(target=work, daemon=True, name="payment_reminders").start()
    try:
        is_done, result = answer.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if not is_done:
        raise result
    return result
