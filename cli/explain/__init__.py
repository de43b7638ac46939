"""Why was it blocked: one decision, as a screen, as JSON, or as a page to send on."""
