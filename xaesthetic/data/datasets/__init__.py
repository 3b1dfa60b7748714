"""Where photographs come from: functions of a folder that give records."""
