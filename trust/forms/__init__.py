"""The forms about trust: each turns a request into values, and says beside the field what is wrong."""
