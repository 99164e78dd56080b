"""Which steps make an epoch, and what went into one of them?"""
