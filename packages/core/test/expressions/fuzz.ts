import { TenonError } from '../../src/errors/index.ts'
import { evaluateTemplate } from '../../src/evaluate/evaluate.ts'
import { EVALUATION_LIMITS } from '../../src/evaluate/limits.ts'
import { createMeter } from '../../src/evaluate/meter.ts'
import { analyzeTemplate } from '../../src/expression/analyze.ts'
import type { ParsedTemplate } from '../../src/expression/ast.ts'
import { typecheckTemplate } from '../../src/expression/check/typecheck.ts'
import { completionsAt } from '../../src/expression/complete/complete.ts'
import { parseTemplate } from '../../src/expression/parse.ts'
import { printTemplate } from '../../src/expression/printer.ts'
import type { Json } from '../../src/json.ts'
import { createFuzzScope, FUZZ_SCHEMA, INPUT } from './fuzz-scope.ts'
import { randomProgram } from './programs.ts'
import { createRandom, type Random } from './random.ts'
import { randomText } from './texts.ts'

export interface FuzzReport {
  /** Number of inputs that ended with a value, and with an error of each code. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly maxSteps: number
  readonly maxSize: number
  /** By processor time, so that whatever else the machine does counts for nothing. */
  readonly slowest: { readonly ms: number; readonly steps: number; readonly text: string }
  /** Faults: untyped errors, exceeded limits, texts that do not print back. */
  readonly violations: readonly string[]
}

const MOST_VIOLATIONS = 20
const LONGEST_GIVEN = Math.max(...Object.values(INPUT).map((value) => (typeof value === 'string' ? value.length : 0)))

function isTyped(error: unknown): error is TenonError {
  return error instanceof TenonError && /^(EXPRESSION_|COMPARISON_TYPES_DIFFER$)/.test(error.code)
}

/** Generates inputs, uses every part of the language on them, and reports the outcomes. */
export function fuzzExpressions(
  seed: number,
  count: number,
  kind: 'programs' | 'texts',
  onProgress: (done: number) => void = () => undefined,
): FuzzReport {
  const random = createRandom(seed)
  const generate: (random: Random) => string = kind === 'programs' ? randomProgram : randomText
  const scope = createFuzzScope()
  const outcomes: Record<string, number> = {}
  const violations: string[] = []
  let maxSteps = 0
  let maxSize = 0
  let slowest = { ms: 0, steps: 0, text: '' }

  const violation = (what: string, text: string): void => {
    if (violations.length < MOST_VIOLATIONS) violations.push(`${what}: ${JSON.stringify(text.slice(0, 2_000))}`)
  }

  const checkValue = (value: Json, text: string): void => {
    const isTooLong =
      typeof value === 'string' && value.length > Math.max(EVALUATION_LIMITS.size, LONGEST_GIVEN, text.length)
    if (isTooLong || value === undefined) violation('the value is too large or none', text)
  }

  const checkPrinting = (template: ParsedTemplate, text: string): void => {
    const printed = printTemplate(template)
    if (printTemplate(parseTemplate(printed)) !== printed) violation('printing is not stable', text)
  }

  const processorTimeOf = (text: string): number => {
    const begun = process.cpuUsage()
    try {
      evaluateTemplate(text, scope)
    } catch {
      // The outcome is known already.
    }
    const { user, system } = process.cpuUsage(begun)
    return (user + system) / 1_000
  }

  const evaluateOne = (text: string): string => {
    const meter = createMeter()
    const begun = performance.now()
    try {
      const template = parseTemplate(text)
      checkValue(evaluateTemplate(template, scope, { meter }), text)
      if (meter.steps > meter.maxSteps || meter.size > meter.maxSize) violation('a limit is exceeded', text)
      maxSteps = Math.max(maxSteps, meter.steps)
      maxSize = Math.max(maxSize, meter.size)
      return 'value'
    } catch (error) {
      if (isTyped(error)) return error.code
      violation(error instanceof Error ? `${error.name} ${error.message}` : 'something was thrown', text)
      return 'untyped'
    } finally {
      const ms = performance.now() - begun
      const least = ms > slowest.ms ? Math.min(...[1, 2, 3].map(() => processorTimeOf(text))) : 0
      if (least > slowest.ms) slowest = { ms: least, steps: meter.steps, text: text.slice(0, 400) }
    }
  }

  const useOtherParts = (text: string): void => {
    try {
      typecheckTemplate(text, FUZZ_SCHEMA)
      completionsAt(text, random.below(text.length + 1), FUZZ_SCHEMA)
      const template = parseTemplate(text)
      analyzeTemplate(template)
      checkPrinting(template, text)
    } catch (error) {
      if (!isTyped(error)) violation(`outside evaluation: ${String(error)}`, text)
    }
  }

  for (let done = 0; done < count; done += 1) {
    const text = generate(random)
    const outcome = evaluateOne(text)
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    if (done % 4 === 0) useOtherParts(text)
    if (done % 10_000 === 9_999) onProgress(done + 1)
  }
  return { outcomes, maxSteps, maxSize, slowest, violations }
}
