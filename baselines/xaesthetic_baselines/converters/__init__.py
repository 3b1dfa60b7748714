"""Published checkpoints turned into weights that models here read: functions of a file."""
