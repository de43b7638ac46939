"""What each role is granted, beside what it was seen to use."""
