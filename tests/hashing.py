"""Hashing is slow on purpose: tests that are not about it use the least that argon2id can be.

Imported by tests/conftest.py before any test, because some files make a hash when they are read.
"""

from argon2 import PasswordHasher

from forum.accounts import passwords

#: The forum's own, for tests about hashing: the fixture `own_hasher` brings it back.
OWN_HASHER, OWN_NOBODY = passwords._HASHER, passwords._NOBODY

passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
passwords._NOBODY = passwords._HASHER.hash("nobody has this password")
