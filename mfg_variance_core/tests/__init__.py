from . import test_base_automation
from . import test_base_automation_data
from . import test_base_automation_fail_open
from . import test_measurement
from . import test_server_actions
from . import test_server_actions_fail_open
from . import test_standard
