"""How does somebody's code want its arrays: samples as rows or columns, W turned or not?"""
