"""The parts the stacks are composed of; each takes typed keyword-only configuration and exposes public attributes."""
