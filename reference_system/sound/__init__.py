"""Sound and pictures: text made speech, uploads checked and brought to one form, and kept.

Nothing here knows users, bulletins or databases. What cannot be used is refused with a reason in
Vietnamese and English (`refusals`).
"""
