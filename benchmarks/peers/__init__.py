"""What we are compared with, each built as its own documentation says; nothing here imports anything of ours."""
