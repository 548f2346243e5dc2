"""The one way a step of the machinery fails."""


class StepFailed(Exception):
    """A step failed: says what failed, why, and what the user can do next.

    `why` is a sentence or the last lines of a log; `todo` is an instruction.
    """

    def __init__(self, what, why="", todo="", log=None):
        super().__init__(what)
        self.what = what
        self.why = str(why).strip()
        self.todo = todo
        self.log = log

    def __str__(self):
        lines = [f"FAILED: {self.what}"]
        if self.why:
            lines += ["why:", *(f"    {line}" for line in self.why.splitlines())]
        if self.todo:
            lines.append(f"what to do: {self.todo}")
        if self.log:
            lines.append(f"full log: {self.log}")
        return "\n".join(lines)


def tail(path, lines=15):
    """The last `lines` lines of a text file, or a sentence when there is none."""
    try:
        text = path.read_text(errors="replace")
    except OSError:
        return "The step left no log."
    return "\n".join(text.rstrip().splitlines()[-lines:])
