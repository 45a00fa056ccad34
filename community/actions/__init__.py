"""The only writers: each action is one transaction, says who may, records what happened, and tells the listeners."""
