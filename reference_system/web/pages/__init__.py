"""The pages for operators: server-rendered, in Vietnamese and English, over the same services.

A page has one address: GET shows it, POST does one act there, named by the field `do`, and then
shows another page or, refused, the same one with what was typed.
"""
