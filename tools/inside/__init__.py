"""Scripts that run inside Odoo's own process, started by `tools.odoo.ask`.

They import `odoo`, speak in `@@ {json}` lines on stdout and nothing else.
"""
