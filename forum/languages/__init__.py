"""The languages of pages, mails and errors.

`words` marks and translates texts, `speaking` says in which language, `formats` writes days and numbers,
`choosing` picks a language for a reader; `catalogues` reads the translations, one folder of .po files for
each language.
"""
