"""The rules of the gate: margins, what is certain, what speaks against a challenger, and who of several is promoted."""
