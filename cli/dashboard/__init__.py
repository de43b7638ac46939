"""One self-contained page that shows what was emitted, what it bought, and why each model was promoted."""
