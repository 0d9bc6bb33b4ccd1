const HYPHENS = /-/g;

/** A UUID's sixteen bytes in the order of RFC 4122. */
export function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replace(HYPHENS, ''), 'hex');
}

export function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The delivery tag for a lock token: the bytes of a .NET Guid, whose first three groups are little-endian. */
export function deliveryTag(lockToken: string): Buffer {
  const bytes = uuidBytes(lockToken);
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}
