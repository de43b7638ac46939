"""Files of other people, read and checked column by column: payments that are imported, labels that are told."""
