"""People on their way through the pages, in a real browser, against the real server as it is deployed."""
