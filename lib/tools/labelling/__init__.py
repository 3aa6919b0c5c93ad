"""What `label` does with clips, cameras and addresses: which sources, how scores become labels, what is written."""

SMOOTHERS = ("mean", "exponential", "vote", "hysteresis", "viterbi")  # the last looks back from a clip's end
