"""Pre-train the bundled backbone from scratch, on photos of sports that are not the course's events.

`pictures` reads the photos, `recipes` holds what is varied, `augment` shows the network a different
picture each time, `network` builds it, `training` trains it and writes the card.
"""
