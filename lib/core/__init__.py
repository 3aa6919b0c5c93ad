"""The ground: paths, files, errors, TensorFlow, progress, notebooks."""
