/**
 * Returns the wait before the next try: it doubles from 250 ms to 15 s and is shortened at random by up to half, so
 * that clients that lost the same server do not all reconnect at once.
 *
 * @param tries - Failed tries in a row, ≥ 1.
 * @param random - In [0, 1).
 * @returns Milliseconds.
 */
export function backoffMs(tries: number, random: number): number {
  const full = Math.min(15_000, 250 * 2 ** Math.min(tries - 1, 10))
  return Math.round(full * (1 - random / 2))
}
