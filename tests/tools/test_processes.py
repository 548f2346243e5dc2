"""Children and pid files: what is ours is ended, a mere look-alike is not."""

import json
import os
import subprocess
import sys
import time

import pytest

from tools import layout, process, stamps
from tools.errors import StepFailed

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    monkeypatch.setattr(layout, "RUN", tmp_path / "run")
    monkeypatch.setattr(layout, "STAMPS", tmp_path / "stamps")
    return tmp_path


@pytest.fixture
def stranger():
    """A process this module did not start through `tools.process`."""
    child = subprocess.Popen(SLEEP)
    yield child
    child.kill()
    child.wait()


def test_stop_ends_a_remembered_process(stranger):
    process.write_pid("server", stranger.pid)
    assert process.read_pid("server")["pid"] == stranger.pid
    assert process.stop_remembered("server")
    assert stranger.wait(5) is not None
    assert process.remembered() == []


def test_stop_spares_a_later_process_with_the_same_number(stranger):
    process.write_pid("server", stranger.pid)
    path = layout.RUN / "server.pid"
    row = json.loads(path.read_text())
    path.write_text(json.dumps({**row, "started": row["started"] - 1}))
    assert not process.stop_remembered("server")
    assert stranger.poll() is None
    assert not path.exists()


def test_a_pid_file_of_an_ended_process_is_stale():
    child = subprocess.Popen([sys.executable, "-c", ""])
    process.write_pid("server", child.pid)
    child.wait()
    assert process.read_pid("server") is None


def test_end_ends_the_whole_group(folders):
    pid_file = folders / "grandchild"
    code = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen({SLEEP!r})\n"
        f"open({str(pid_file)!r}, 'w').write(str(child.pid))\n"
        "time.sleep(60)\n"
    )
    child = process.start([sys.executable, "-c", code])
    deadline = time.monotonic() + 10
    while not (pid_file.exists() and pid_file.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.end(child)
    grandchild = int(pid_file.read_text())
    while process.started_at(grandchild) is not None:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_failed_step_says_what_why_and_what_to_do(folders):
    log = folders / "step.log"
    command = [sys.executable, "-c", "print('line of the log'); raise SystemExit(3)"]
    with pytest.raises(StepFailed) as failed:
        process.run(command, "doing a thing", log, "Do another thing.")
    text = str(failed.value)
    assert text.startswith("FAILED: doing a thing")
    for part in ("line of the log", "what to do: Do another thing.", str(log)):
        assert part in text


def test_speaking_children_are_heard_line_by_line(folders):
    heard = []
    command = [sys.executable, "-c", "print('one'); print('two')"]
    process.run_speaking(command, "speaking", folders / "log", heard.append)
    assert heard == ["one", "two"]


def test_a_stamp_holds_for_its_key_only():
    assert not stamps.is_current("step", "k1")
    stamps.write("step", "k1", figure=7)
    assert stamps.is_current("step", "k1")
    assert not stamps.is_current("step", "k2")
    assert stamps.read("step")["figure"] == 7


def test_a_torn_stamp_counts_as_missing():
    layout.STAMPS.mkdir()
    (layout.STAMPS / "step.json").write_text('{"key": "k')
    assert stamps.read("step") == {}


def test_commands_of_one_clone_wait_for_each_other():
    with process.exclusive("setup"):
        code = (
            "import fcntl, sys\n"
            f"handle = open({os.fspath(layout.RUN / 'setup.lock')!r}, 'w')\n"
            "try:\n"
            "    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
            "except OSError:\n"
            "    sys.exit(7)\n"
        )
        assert subprocess.call([sys.executable, "-c", code]) == 7
