"""What site moderators do beyond their memberships: recorded acts, offered one by one."""
