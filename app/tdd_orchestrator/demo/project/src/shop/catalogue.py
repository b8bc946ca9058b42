"""What can be bought."""

PRICES = {"tea": "4.20", "mug": "12.00", "kettle": "39.90"}


def price_of(article: str) -> str:
    """The price as it stands in the catalogue; KeyError for an unknown article."""
    return PRICES[article]
