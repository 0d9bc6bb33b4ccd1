/** The part of a collection of LokiJS, in which Azurite keeps the rows of a table, that finds one row. */
export interface Collection {
  findOne(query?: Query): unknown;
  /** The first and the last position in a property's index at which it has a value. */
  calculateRange(operator: '$eq', property: string, value: unknown): readonly [number, number];
}

type Query = Readonly<Record<string, unknown>>;

/**
 * Lets a row be found by whichever of its keys fewer rows share.
 *
 * LokiJS uses an index for the first property of a query only, and compares what it found with the others one by one.
 * Azurite asks for the partition key first, so that each lookup, and each write makes one, reads a whole partition.
 * What is found is the same.
 */
export function findByRarerKey(collection: Collection): void {
  const { findOne } = collection;
  collection.findOne = function (this: Collection, query) {
    if (query === undefined || !('PartitionKey' in query && 'RowKey' in query)) return findOne.call(this, query);
    const sharing = (key: string): number => {
      const [first, last] = this.calculateRange('$eq', key, query[key]);
      return last - first;
    };
    const { PartitionKey, RowKey } = query;
    return findOne.call(
      this,
      sharing('RowKey') < sharing('PartitionKey') ? { RowKey, PartitionKey } : { PartitionKey, RowKey },
    );
  };
}
