"""Citations as people write them: cut apart, and read as well as can be.

`pieces` finds where each begins and ends, `reading` what its parts are. `citation_text` is the way in.
"""
