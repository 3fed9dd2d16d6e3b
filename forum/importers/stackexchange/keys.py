"""The keys of records: what they are called in the dump, each kind apart."""


def post(number: int) -> str:
    """Of a question's opening post, or an answer."""
    return f"post:{number}"


def comment(number: int) -> str:
    return f"comment:{number}"


def thread(question: int) -> str:
    return f"thread:{question}"
