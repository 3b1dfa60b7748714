"""How maps are measured: functions of a map and what people looked at or marked, without torch.

Each declares how its values are to be read (`xaesthetic.core.facts.metric`), and is nan where it is not defined: for a
constant map, without fixations, without a mask. A map and what people did lie on the same pixels; ties are counted exactly,
because coarse maps are full of them and other implementations differ there by up to .08.
"""
