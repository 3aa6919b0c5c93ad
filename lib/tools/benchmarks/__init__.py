"""What `python -m lib bench` times: the course's ways beside the lecture's, on the machine that it runs on."""
