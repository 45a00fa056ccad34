"""The version of the terms of use: members accept them anew when it changes."""

VERSION = "2026-11-21"
