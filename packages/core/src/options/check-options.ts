import type { ProblemIssue } from '../errors/problem.ts'
import { TenonError } from '../errors/tenon-error.ts'
import { nearest } from '../expression/suggest.ts'
import { cutText } from '../text/cut-text.ts'
import {
  type GivenOptions,
  isOptionObject,
  type OptionCheck,
  type OptionFault,
  optionFault,
  shownOption,
} from './option-checks.ts'

/** The options that a factory takes, each with its check. */
export type OptionChecks = Readonly<Record<string, OptionCheck>>

const isPromise = (value: unknown): boolean =>
  isOptionObject(value) && 'then' in value && typeof value['then'] === 'function'

/** Reports a promise as such: faults about missing fields would hide the forgotten `await`. */
const checkAwaited = (check: OptionCheck, value: unknown, field: string): readonly OptionFault[] =>
  isPromise(value) ? optionFault(field, `${field} is a promise: await it`) : check(value, field)

/** Finds the fields that have no check: misspellings, which would be ignored. */
function unknownOptions(given: GivenOptions, known: readonly string[], path = ''): readonly OptionFault[] {
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const field = `${path}${cutText(name, 60)}`
      const meant = nearest(name, known)
      const remedy = meant === null ? `use one of ${known.join(', ')}` : `did you mean ${path}${meant}?`
      return optionFault(field, `${field} is unknown: ${remedy}`)
    })
}

/** Requires an object with exactly these fields; `undefined` passes to the check of a field. */
export const objectOf =
  (checks: OptionChecks): OptionCheck =>
  (value, field) =>
    isOptionObject(value)
      ? [
          ...Object.entries(checks).flatMap(([name, check]) => checkAwaited(check, value[name], `${field}.${name}`)),
          ...unknownOptions(value, Object.keys(checks), `${field}.`),
        ]
      : optionFault(field, `${field} must be an object (got ${shownOption(value)})`)

/**
 * Checks the options of a factory, all at once: each known field by its check; other fields are refused. A promise
 * instead of a value is reported as a forgotten `await`.
 *
 * @param name - Name of the factory, for the message.
 * @param options - As the host passed them; `undefined` counts as an object without fields.
 * @throws {@link TenonError} `OPTIONS_INVALID` with each field and its remedy in `details.issues`.
 *
 * @example
 * ```ts
 * import { aFunction, checkOptions, text } from '@tenon/core/options'
 *
 * export function createMailer(options: { readonly from: string; readonly send: (mail: string) => void }) {
 *   checkOptions('createMailer', options, { from: text, send: aFunction('send must be a function (mail)') })
 *   return (mail: string) => options.send(`From: ${options.from}\n${mail}`)
 * }
 * ```
 */
export function checkOptions(name: string, options: unknown, checks: OptionChecks): void {
  const faults = optionFaults(options, checks)
  if (faults.length === 0) return
  const issues = faults.map(
    ({ field, message }): ProblemIssue => ({ path: field.split('.'), code: 'invalid_option', message }),
  )
  const remedy = faults.map(({ message }) => message).join('; ')
  throw new TenonError('OPTIONS_INVALID', `${name}: ${remedy}`, { remedy, details: { issues } })
}

/** Finds the faults of options, in the order of the checks; then the unknown fields. */
export function optionFaults(options: unknown, checks: OptionChecks): readonly OptionFault[] {
  if (isPromise(options)) return optionFault('options', 'the options are a promise: await them')
  const given = options === undefined ? {} : options
  if (!isOptionObject(given))
    return optionFault('options', `the options must be an object (got ${given === null ? 'null' : typeof given})`)
  return [
    ...Object.entries(checks).flatMap(([field, check]) => checkAwaited(check, given[field], field)),
    ...unknownOptions(given, Object.keys(checks)),
  ]
}
