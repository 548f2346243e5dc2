from . import mfg_variance_hold
from . import mfg_variance_hold_place
from . import mfg_variance_hold_lift
from . import mfg_variance_hold_presentation
from . import mfg_variance_plant
from . import stock_location
from . import stock_lot
