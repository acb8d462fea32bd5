"""Foreign keys that Django can't declare: composite ones, and those that cascade in PostgreSQL."""


def belongs_to(table, column, parent):
    """SQL: rows of `table` go when their product's `parent` row goes, and are of its product.

    With `column` product_id it is the plain key; otherwise (column, product_id) is one composite
    key, which keeps a row from joining parents of different products.
    """
    composite = column != "product_id"
    columns = f"{column}, product_id" if composite else column
    target = "id, product_id" if composite else "id"
    name = f"{table}_{column}_of_one_product"
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({columns})"
        f" REFERENCES {parent} ({target}) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )
