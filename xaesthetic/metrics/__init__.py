"""How maps are measured: functions of a map and what people marked."""
