"""The demo community: people, groups and posts as YAML in ``content``, its rules, and the loader.

``content`` reads the files strictly, ``rules`` holds them to the domain, ``load`` writes them into an empty database.
"""
