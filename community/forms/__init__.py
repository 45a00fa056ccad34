"""Forms check the shape of what was sent and turn it into a frozen draft; rules are for the actions."""
