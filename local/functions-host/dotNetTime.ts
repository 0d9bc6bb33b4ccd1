/** .NET leaves out the zeros at the end of a fraction of a second, and a fraction that is nothing else. */
export function withoutIdleZeros(time: string): string {
  return time.replace(/\.(\d*?)0+(?=\D|$)/, (_, digits: string) => (digits === '' ? '' : `.${digits}`));
}

/** A time as .NET writes it where its zone is that of Azure: UTC, as an offset. */
export function toDotNetTime(date: Date): string {
  return withoutIdleZeros(date.toISOString().replace('Z', '+00:00'));
}
