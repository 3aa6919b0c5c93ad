"""For pytest, notebooks included: kernels inherit this environment."""

import os

# Bars come and go with the machine's speed; the committed notebooks have none.
os.environ["TQDM_DISABLE"] = "1"
