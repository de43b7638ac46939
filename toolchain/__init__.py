"""Makes what everything else stands on: environments, pins, template, releases and their bills of materials.

`environments` and `synthesis` are run by any supported Python and take the standard library alone; the others run in `.venv`.
"""
