"""Studies of annotations from end to end: agreement, models beside people, exports with fused regions, forgetting.

The only place that knows both a study's store and what is measured of it.
"""
