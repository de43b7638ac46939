"""What learning does when its own decisions change its data, when reports come late, and when the world changes.

Each module measures one of these on generated worlds, by the product's own functions, with what was before beside it.
"""
