"""What a programme file may say. The models are the format; where a file is wrong, `policy` says so in its words."""
