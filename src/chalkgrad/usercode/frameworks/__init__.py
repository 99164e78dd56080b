"""How is a piece of PyTorch or scikit-learn called like a function?"""
