"""The forms about moderation."""
