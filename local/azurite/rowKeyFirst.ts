/** The part of a collection of LokiJS, in which Azurite keeps the rows of a table, that finds one row. */
export interface Collection {
  findOne(query?: Query): unknown;
}

type Query = Readonly<Record<string, unknown>>;

/**
 * Lets a row be found by its row key, and then by its partition key.
 *
 * LokiJS uses an index for the first property of a query only, and compares what it found with the others one by one.
 * Azurite asks for the partition key first, so that each lookup, and each write makes one, reads a whole partition.
 * Few rows of a table share a row key. What is found is the same.
 */
export function findByRowKeyFirst(collection: Collection): void {
  const { findOne } = collection;
  collection.findOne = function (this: Collection, query) {
    return findOne.call(this, query !== undefined && 'RowKey' in query ? rowKeyFirst(query) : query);
  };
}

function rowKeyFirst({ RowKey, ...others }: Query): Query {
  return { RowKey, ...others };
}
