"""The rebuild drill: an emptied online store, brought back from the lake while payments go on."""
