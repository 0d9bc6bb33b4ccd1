import { HostError } from './hostError.ts';
import { parseTimeSpan } from './timeSpan.ts';

/** A value of host.json, and what to call it in a message. */
export interface ConfiguredValue {
  readonly text: string;
  readonly name: string;
}

/** @throws HostError */
export function boolean(value: ConfiguredValue): boolean {
  const text = value.text.trim().toLowerCase();
  if (text !== 'true' && text !== 'false') throw refuse(value, 'is neither true nor false. Write one of them');
  return text === 'true';
}

/** Of 32 bits. */
const LARGEST_INTEGER = 2 ** 31 - 1;

/** A number in quotes is as good as one without. @throws HostError */
export function integer(value: ConfiguredValue): number {
  const number = Number(value.text.trim());
  if (!/^[+-]?\d+$/.test(value.text.trim()) || Math.abs(number) > LARGEST_INTEGER) {
    throw refuse(value, 'is not a whole number. Write one, such as 8');
  }
  return number;
}

/** Reads a time span as milliseconds. @throws HostError */
export function duration(value: ConfiguredValue): number {
  try {
    return parseTimeSpan(value.text);
  } catch (error) {
    throw refuse(value, 'is not a time span. Write hh:mm:ss or d.hh:mm:ss, such as 00:05:00', error);
  }
}

/** Narrows a reader of numbers to those above zero. */
export function positive(how: (value: ConfiguredValue) => number) {
  return (value: ConfiguredValue): number => {
    const number = how(value);
    if (number <= 0) throw refuse(value, 'must be above zero. Write a larger one, or leave it out for the default');
    return number;
  };
}

/** Narrows a reader of numbers to zero and above. */
export function notNegative(how: (value: ConfiguredValue) => number) {
  return (value: ConfiguredValue): number => {
    const number = how(value);
    if (number < 0) throw refuse(value, 'must not be below zero. Write a larger one, or leave it out for the default');
    return number;
  };
}

/** An error that says which value is wrong, where it stands, and what to write instead. */
export function refuse({ name, text }: ConfiguredValue, why: string, cause?: unknown): HostError {
  return new HostError(`${name}: "${text}" ${why}.`, { cause });
}
