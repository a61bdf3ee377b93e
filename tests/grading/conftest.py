"""Folders of exercises and of submissions are material for tests, not tests."""

collect_ignore_glob = ["classroom/*", "hostile/*"]
