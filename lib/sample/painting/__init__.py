"""What is in a picture: people, cars, halls, tracks, and the camera that sees them."""
