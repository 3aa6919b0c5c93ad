"""What a run of the whole course makes: its summary, what changed, copies of the notebooks."""
