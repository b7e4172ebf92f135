import { TenonError } from '../errors/index.ts'
import { EVALUATION_LIMITS } from './limits.ts'

/** Limits of one evaluation, each at most what {@link EVALUATION_LIMITS} says. */
export interface EvaluationLimits {
  /** Steps that the evaluation may take. @defaultValue the value in {@link EVALUATION_LIMITS} */
  readonly maxSteps?: number
  /** In characters, see {@link EVALUATION_LIMITS}. */
  readonly maxSize?: number
}

/** Counts what an evaluation uses. Never a clock: the same expression over the same values costs the same. */
export interface Meter {
  /** Steps at which the evaluation fails. */
  readonly maxSteps: number
  /** Characters at which the evaluation fails. */
  readonly maxSize: number
  /** Steps taken so far. */
  steps: number
  /** Characters produced so far. */
  size: number
}

/** A meter at zero; several evaluations may share it. */
export function createMeter({
  maxSteps = EVALUATION_LIMITS.steps,
  maxSize = EVALUATION_LIMITS.size,
}: EvaluationLimits = {}): Meter {
  return { maxSteps, maxSize, steps: 0, size: 0 }
}

export function limitFault(limit: string, max: number, what: string): TenonError {
  return new TenonError('EXPRESSION_LIMIT', `${what} (at most ${max})`, { details: { limit, max } })
}

/** Counts work before it is done. @throws {@link TenonError} `EXPRESSION_LIMIT` */
export function spendSteps(meter: Meter, steps: number): void {
  meter.steps += steps
  // So put that NaN, were it ever counted, would not pass.
  if (!(meter.steps <= meter.maxSteps)) throw limitFault('steps', meter.maxSteps, 'The expression takes too many steps')
}

/** Counts a value before it is built. @throws {@link TenonError} `EXPRESSION_LIMIT` */
export function spendSize(meter: Meter, size: number): void {
  meter.size += size
  if (!(meter.size <= meter.maxSize)) throw limitFault('size', meter.maxSize, 'The expression builds too large a value')
}

/** Counts the reading of so many characters. */
export function spendReading(meter: Meter, characters: number): void {
  spendSteps(meter, Math.ceil(characters / 64))
}

/** Counts a text that is about to be built. */
export function spendText(meter: Meter, characters: number): void {
  spendReading(meter, characters)
  spendSize(meter, characters)
}

/** Counts so many items or members that are about to be put into a new list or object. */
export function spendItems(meter: Meter, count: number): void {
  spendSteps(meter, count)
  spendSize(meter, 8 * count + 8)
}
