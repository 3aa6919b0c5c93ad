"""What stands behind the course and no notebook imports."""
