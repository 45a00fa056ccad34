"""What members and moderators do about posts: flag, decide, appeal, open on the record."""
