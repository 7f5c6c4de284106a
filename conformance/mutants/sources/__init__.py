"""Source systems that are wrong in one respect each: what a proxy makes of the right one."""
