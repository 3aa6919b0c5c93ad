"""What a shot shows: the kinds of shot of each event, and how a rally or a race goes on in it."""
