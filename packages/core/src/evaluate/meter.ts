import { TenonError } from '../errors/index.ts'
import { EVALUATION_LIMITS } from './limits.ts'

/** Limits of one evaluation, each at most that of {@link EVALUATION_LIMITS}. */
export interface EvaluationLimits {
  /** Steps that the evaluation may take. @defaultValue the value in {@link EVALUATION_LIMITS} */
  readonly maxSteps?: number
  /** Characters that the evaluation may build. @defaultValue the value in {@link EVALUATION_LIMITS} */
  readonly maxSize?: number
}

/** Counts the work of an evaluation. It uses no clock, so the same expression over the same values costs the same. */
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

/** Creates a meter at zero; several evaluations may share it. */
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
  // Negated, so that NaN would fail as well.
  if (!(meter.steps <= meter.maxSteps)) throw limitFault('steps', meter.maxSteps, 'The expression takes too many steps')
}

/** Counts a value before it is built. @throws {@link TenonError} `EXPRESSION_LIMIT` */
export function spendSize(meter: Meter, size: number): void {
  meter.size += size
  if (!(meter.size <= meter.maxSize)) throw limitFault('size', meter.maxSize, 'The expression builds too large a value')
}

/** Counts the reading of `characters`. */
export function spendReading(meter: Meter, characters: number): void {
  spendSteps(meter, Math.ceil(characters / 64))
}

/** Counts a text before it is built. */
export function spendText(meter: Meter, characters: number): void {
  spendReading(meter, characters)
  spendSize(meter, characters)
}

/** Counts the items or members of a new list or object before it is built. */
export function spendItems(meter: Meter, count: number): void {
  spendSteps(meter, count)
  spendSize(meter, 8 * count + 8)
}
