"""Says which products have to be ordered again."""

import sqlite3

REORDER_BELOW = 20


def low_stock(database):
    # TODO: a different limit for each category
    rows = database.execute(
        "SELECT name, stock FROM products WHERE stock < ? ORDER BY stock",
        (REORDER_BELOW,),
    )
    return rows.fetchall()


def report(rows):
    if not rows:
        return "Nothing to order."
    lines = [f"{name}: {stock} left" for name, stock in rows]
    return "\n".join(lines)


def main():
    # TODO: read the path from the command line
    with sqlite3.connect("shop.sqlite") as database:
        print(report(low_stock(database)))


if __name__ == "__main__":
    main()
