"""How a process that lives long looks for garbage: seldom, and not in what the program itself is made of."""

import gc


def leave_the_program_out() -> None:
    """Keep everything loaded so far out of every later search; a tenth of a request's time, a sixth of an import's.

    To be called once, when all is loaded: what is forked afterwards shares that memory for as long as it lives.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
