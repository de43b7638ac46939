"""The documentation as a site, by `make docs`: the repository's pages, a reference made from the code; offline, links checked."""
