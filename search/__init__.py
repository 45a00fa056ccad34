"""Finding: titles in one group now; full text comes with its own engines later."""
