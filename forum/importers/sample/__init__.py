"""The sample community: invented people, real sources. Its texts are the data files in this folder."""
