from . import (
    res_company,
    mrp_production,
    mrp_workorder,
    mrp_workcenter_productivity,
    mfg_variance_demo_log,
    mfg_variance_demo_log_shop,
    mfg_variance_demo_log_figures,
    mfg_variance_demo_story,
    mfg_variance_demo_story_pieces,
    mfg_variance_demo_story_plants,
    mfg_variance_demo_story_figures,
    mfg_variance_standard,
)
