-- The database of the sample workspace: 12 products, 10 customers, 24 orders.
CREATE TABLE products (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  category TEXT NOT NULL,
  price REAL NOT NULL,
  stock INTEGER NOT NULL
);
CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  city TEXT,
  since TEXT NOT NULL
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  product_id INTEGER NOT NULL REFERENCES products (id),
  quantity INTEGER NOT NULL,
  ordered_on TEXT NOT NULL
);
INSERT INTO products VALUES
  (1, 'Sencha', 'Tea', 7.9, 42),
  (2, 'Assam', 'Tea', 6.5, 18),
  (3, 'Earl Grey', 'Tea', 6.9, 55),
  (4, 'Rooibos', 'Tea', 5.4, 12),
  (5, 'Jasmine Pearls', 'Tea', 14.5, 9),
  (6, 'Espresso Blend', 'Coffee', 11.9, 31),
  (7, 'Kenya AA', 'Coffee', 15.9, 7),
  (8, 'Decaf Huila', 'Coffee', 13.5, 16),
  (9, 'Teapot 1 l', 'Ware', 34.0, 5),
  (10, 'Tin 100 g', 'Ware', 4.9, 120),
  (11, 'Milk Jug', 'Ware', 18.0, 8),
  (12, 'Paper Filters', 'Ware', 3.2, 200);
INSERT INTO customers VALUES
  (1, 'Ada Novak', 'Brno', '2021-03-04'),
  (2, 'Bela Horvath', 'Győr', '2021-07-19'),
  (3, 'Chiara Rossi', 'Turin', '2022-01-11'),
  (4, 'Dmitri O''Leary', 'Cork', '2022-02-28'),
  (5, 'Emre Yilmaz', 'Izmir', '2022-11-02'),
  (6, 'Fatou Diop', 'Lyon', '2023-04-23'),
  (7, 'Gitte Madsen', 'Aarhus', '2023-08-30'),
  (8, 'Hana Sato', NULL, '2024-01-15'),
  (9, 'Ivo Petrov', 'Plovdiv', '2024-06-06'),
  (10, 'Jun Park', 'Busan', '2025-02-09');
INSERT INTO orders VALUES
  (1, 1, 1, 2, '2025-01-08'), (2, 1, 9, 1, '2025-01-08'), (3, 2, 6, 3, '2025-01-15'), (4, 3, 6, 2, '2025-01-21'),
  (5, 3, 12, 5, '2025-01-21'), (6, 4, 3, 4, '2025-02-02'), (7, 4, 10, 4, '2025-02-02'), (8, 6, 5, 1, '2025-02-11'),
  (9, 6, 1, 3, '2025-02-11'), (10, 7, 7, 2, '2025-02-14'), (11, 7, 12, 2, '2025-02-14'), (12, 1, 1, 4, '2025-03-03'),
  (13, 2, 6, 4, '2025-03-10'), (14, 8, 4, 2, '2025-03-12'), (15, 8, 10, 2, '2025-03-12'), (16, 3, 7, 1, '2025-03-29'),
  (17, 6, 9, 1, '2025-04-05'), (18, 4, 2, 3, '2025-04-17'), (19, 7, 8, 2, '2025-04-22'), (20, 2, 6, 5, '2025-05-01'),
  (21, 1, 11, 1, '2025-05-09'), (22, 8, 1, 1, '2025-05-13'), (23, 6, 5, 2, '2025-05-20'), (24, 3, 6, 2, '2025-05-27');
