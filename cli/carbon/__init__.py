"""What was emitted, summed up for a person and as the page that a claim of SCI (ISO/IEC 21031) rests on."""
