"""Makes the labels for the tins: a name, framed."""


def label(name):
    edge = "+" + "-" * (len(name) + 2) + "+"
    return "\n".join([edge, f"| {name} |", edge])


if __name__ == "__main__":
    print(label("Sencha"))
