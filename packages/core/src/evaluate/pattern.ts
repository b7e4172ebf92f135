import { MatcherInput, RE2JS, type RE2JSSyntaxException } from 're2js'
import type { Span } from '../expression/ast.ts'
import { type Evaluation, fault } from './evaluation.ts'
import { EVALUATION_LIMITS } from './limits.ts'
import { limitFault, type Meter, spendSteps } from './meter.ts'
import { patternSizeBound } from './pattern-size.ts'

/** One match of a pattern; groups that did not take part are `null`. */
export interface PatternMatch {
  readonly start: number
  readonly end: number
  readonly groups: readonly (string | null)[]
}

/** A compiled pattern. Characters are counted while they are read. */
export interface Pattern {
  readonly groupCount: number
  /** Returns matches from left to right, found lazily. */
  readonly matches: (text: string) => Iterable<PatternMatch>
  readonly test: (text: string) => boolean
}

/** Units of work of one step: one per character read and instruction that may inspect it. */
const UNITS_PER_STEP = 128
const UNITS_PER_READ = 8
/** Minimum cost of a search; captured groups are searched for again. */
const STEPS_PER_MATCH = 6

/**
 * A text that counts how often it is read, and stops the search when the steps are used up. The count is not known in
 * advance: how far a search reads beyond its match depends on pattern and text.
 */
class CountedText extends String {
  readonly #text: string
  readonly #spend: (reads: number) => void

  constructor(text: string, spend: (reads: number) => void) {
    super(text)
    this.#text = text
    this.#spend = spend
  }

  override charCodeAt(index: number): number {
    this.#spend(1)
    return this.#text.charCodeAt(index)
  }

  override indexOf(sought: string, from: number): number {
    const found = this.#text.indexOf(sought, from)
    this.#spend((found === -1 ? this.length : found) - from)
    return found
  }
}

function compile(meter: Meter, source: string, span: Span): RE2JS {
  const { patternLength, patternSize } = EVALUATION_LIMITS
  if (source.length > patternLength) throw limitFault('patternLength', patternLength, 'A pattern is too long')
  const size = patternSizeBound(source)
  if (size > patternSize) throw limitFault('patternSize', patternSize, 'A pattern has too many repetitions')
  spendSteps(meter, 8 * source.length + size)
  try {
    return RE2JS.compile(source)
  } catch (cause) {
    // The original message would quote the pattern, which may come from data.
    const reason = (cause as Partial<RE2JSSyntaxException>).getDescription?.()
    throw fault('EXPRESSION_VALUE', `The pattern is not valid RE2: ${reason}`, span, { reason })
  }
}

function createPattern(meter: Meter, source: string, span: Span): Pattern {
  const compiled = compile(meter, source, span)
  const groupCount = compiled.groupCount()
  const unitsPerRead = UNITS_PER_READ + compiled.programSize()
  let units = 0

  const spend = (reads: number): void => {
    units += reads * unitsPerRead
    if (units < UNITS_PER_STEP) return
    spendSteps(meter, Math.floor(units / UNITS_PER_STEP))
    units %= UNITS_PER_STEP
  }

  const matcherOf = (text: string) => compiled.matcher(MatcherInput.utf16(new CountedText(text, spend)))

  function* matches(text: string): Iterable<PatternMatch> {
    const matcher = matcherOf(text)
    while (matcher.find()) {
      spendSteps(meter, STEPS_PER_MATCH)
      const groups = Array.from({ length: groupCount + 1 }, (_none, group) => matcher.group(group))
      yield { start: matcher.start(), end: matcher.end(), groups }
    }
  }

  return { groupCount, matches, test: (text) => matcherOf(text).find() }
}

/**
 * Returns the compiled pattern of a text; each pattern is compiled once per evaluation.
 *
 * @throws {@link TenonError} `EXPRESSION_VALUE` for a pattern that is not valid RE2, `EXPRESSION_LIMIT` for a pattern
 * that is too long or has too many repetitions.
 */
export function patternOf(evaluation: Evaluation, source: string, span: Span): Pattern {
  const known = evaluation.patterns.get(source)
  if (known !== undefined) return known
  const pattern = createPattern(evaluation.meter, source, span)
  evaluation.patterns.set(source, pattern)
  return pattern
}
