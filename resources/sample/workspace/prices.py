"""Prints the price list, cheapest first."""

import sqlite3


def price_list(database):
    return database.execute("SELECT name, price FROM products ORDER BY price").fetchall()


def main():
    # TODO: prices with two decimals
    with sqlite3.connect("shop.sqlite") as database:
        for name, price in price_list(database):
            print(name, price)


if __name__ == "__main__":
    main()
