"""`greenfraud label`: what became of many payments, told at once from a file, as often as one likes."""
