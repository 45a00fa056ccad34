"""What changes who is trusted. Every act holds the audit log first: no two of them weigh the same person at once."""
