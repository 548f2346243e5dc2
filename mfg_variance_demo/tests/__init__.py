from . import test_log_replay, test_log_real, test_story
