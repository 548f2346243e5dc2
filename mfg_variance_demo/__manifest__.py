{
    "name": "Manufacturing Variance Control: demo plant and log replay",
    "summary": "A demo plant with planted faults, and the replay of production logs",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Supply Chain/Manufacturing",
    "license": "LGPL-3",
    "author": "mfg_variance contributors",
    "website": "https://github.com/mfg-variance/mfg_variance",
    "depends": ["mfg_variance_core"],
    "external_dependencies": {"python": ["pydantic"]},
}
