"""How long a page of forty subresources on two origins takes to load: ours, Chromium's, and the least it could be."""
